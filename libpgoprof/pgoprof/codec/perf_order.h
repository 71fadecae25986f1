// Puts the records of perf.data into the order of their times.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"

namespace pgoprof::perf {

/// A record that waits for its time.
struct Arrival {
    std::uint64_t time = 0;
    const std::byte* record = nullptr;
    std::uint32_t event = 0;
    std::uint32_t source = 0;  ///< of the record's bytes; grows from arrival to arrival
};

using Deliver = std::function<Result<>(const Arrival&)>;

/// perf writes what each CPU's buffer holds in turn, and FINISHED_ROUND when it has been at all of them: by then, all
/// that was recorded before the round began has been written. So whatever is no later than the latest record of the
/// round before can be delivered, in order, and only what two rounds brought is ever kept.
class TimeOrder {
public:
    explicit TimeOrder(Budget& budget) : budget_(budget) {}

    /// False if the budget does not allow it.
    [[nodiscard]] bool add(const Arrival& arrival);

    Result<> finish_round(const Deliver& deliver);
    /// Delivers all that waits.
    Result<> finish(const Deliver& deliver);

    const std::vector<Arrival>& waiting() const { return waiting_; }

private:
    Result<> deliver_until(std::uint64_t time, const Deliver& deliver);

    Budget& budget_;
    std::vector<Arrival> waiting_;
    std::uint64_t latest_ = 0;
    std::uint64_t latest_of_last_round_ = 0;
};

}  // namespace pgoprof::perf
