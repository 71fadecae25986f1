// One sample of perf.data.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "pgoprof/base/limits.h"
#include "pgoprof/codec/perf_events.h"
#include "pgoprof/codec/perf_format.h"
#include "pgoprof/model/recording.h"

namespace pgoprof::perf {

/// Whose registers those of a user stack are: their numbers differ.
enum class Machine : std::uint8_t { x86_64, other };

/// Takes samples apart; the parts are views into the record, and into this reader until the next sample.
class SampleReader {
public:
    SampleReader(Machine machine, const Limits& limits) : machine_(machine), most_frames_(limits.stack_depth) {}

    /// Empty if the record is shorter than its fields say, or the chain longer than the limits allow.
    std::optional<RecordedSample> read(const Record& record, std::uint32_t event, const EventAttr& attr);

private:
    void take_chain(Cursor& fields, std::uint16_t mode);
    void take_user_stack(Cursor& fields, const EventAttr& attr, RecordedSample& sample) const;

    Machine machine_;
    std::uint64_t most_frames_;
    std::vector<std::uint64_t> chain_;
};

}  // namespace pgoprof::perf
