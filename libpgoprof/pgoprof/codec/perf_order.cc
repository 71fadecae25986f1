#include "pgoprof/codec/perf_order.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace pgoprof::perf {

namespace {

/// Equal times stay in the order of their arrival: of one source, that is the order of their places.
constexpr auto comes_before = [](const Arrival& a, const Arrival& b) {
    if (a.time != b.time) return a.time < b.time;
    return std::tuple(a.source, a.record) < std::tuple(b.source, b.record);
};

using Arrivals = std::vector<Arrival>;

/// A merge sort of what is almost in order: the records of each CPU are, and those of one round come CPU by CPU.
void sort_runs(Arrivals& arrivals) {
    std::vector<Arrivals::iterator> ends{arrivals.begin()};
    while (ends.back() != arrivals.end())
        ends.push_back(std::is_sorted_until(ends.back(), arrivals.end(), comes_before));
    while (ends.size() > 2) {
        std::vector<Arrivals::iterator> merged{ends.front()};
        for (std::size_t i = 2; i < ends.size(); i += 2) {
            std::inplace_merge(ends[i - 2], ends[i - 1], ends[i], comes_before);
            merged.push_back(ends[i]);
        }
        if (ends.size() % 2 == 0) merged.push_back(ends.back());
        ends = std::move(merged);
    }
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
    sort_runs(waiting_);
    const auto later = std::ranges::upper_bound(waiting_, time, {}, &Arrival::time);
    for (auto arrival = waiting_.begin(); arrival != later; ++arrival)
        if (auto done = deliver(*arrival); !done) return done;
    waiting_.erase(waiting_.begin(), later);
    return {};
}

}  // namespace pgoprof::perf
