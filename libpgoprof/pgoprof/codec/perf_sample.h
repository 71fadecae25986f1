// One sample of perf.data.
#pragma once

#include <cstdint>
#include <optional>

#include "pgoprof/base/limits.h"
#include "pgoprof/codec/perf_events.h"
#include "pgoprof/codec/perf_format.h"
#include "pgoprof/model/recording.h"

namespace pgoprof::perf {

/// Whose registers those of a user stack are: their numbers differ.
enum class Machine : std::uint8_t { x86_64, other };

/// Takes samples apart; the parts are views into the record.
class SampleReader {
public:
    SampleReader(Machine machine, const Limits& limits)
        : machine_(machine), most_words_(limits.stack_depth + kContexts) {}

    /// Empty if the record is shorter than its fields say, or the chain longer than the limits allow.
    std::optional<RecordedSample> read(const Record& record, std::uint32_t event, const EventAttr& attr);

private:
    void take_user_stack(Cursor& fields, const EventAttr& attr, RecordedSample& sample) const;

    Machine machine_;
    static constexpr std::uint64_t kContexts = 8;  ///< words of a chain that may be no addresses
    std::uint64_t most_words_;
};

}  // namespace pgoprof::perf
