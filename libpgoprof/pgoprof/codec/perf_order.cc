#include "pgoprof/codec/perf_order.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace pgoprof::perf {

namespace {

/// Equal times stay in the order of their arrival: of one source, that is the order of their places.
bool comes_before(const Arrival& a, const Arrival& b) {
    return std::tuple(a.time, a.source, a.record) < std::tuple(b.time, b.source, b.record);
}

}  // namespace

bool TimeOrder::add(const Arrival& arrival) {
    latest_ = std::max(latest_, arrival.time);
    return budget_.append(waiting_, arrival);
}

Result<> TimeOrder::finish_round(const Deliver& deliver) {
    auto done = deliver_until(latest_of_last_round_, deliver);
    latest_of_last_round_ = latest_;
    return done;
}

Result<> TimeOrder::finish(const Deliver& deliver) {
    return deliver_until(std::numeric_limits<std::uint64_t>::max(), deliver);
}

Result<> TimeOrder::deliver_until(std::uint64_t time, const Deliver& deliver) {
    const auto later =
        std::partition(waiting_.begin(), waiting_.end(), [&](const Arrival& arrival) { return arrival.time <= time; });
    std::sort(waiting_.begin(), later, comes_before);
    for (auto arrival = waiting_.begin(); arrival != later; ++arrival)
        if (auto done = deliver(*arrival); !done) return done;
    waiting_.erase(waiting_.begin(), later);
    return {};
}

}  // namespace pgoprof::perf
