// The events of a recording: what their attributes say about the layout of each sample.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/codec/perf_format.h"
#include "pgoprof/model/recording.h"

namespace pgoprof::perf {

/// What a sample holds (`sample_type`), in the order of the fields of a sample but for kIdentifier, which comes first.
enum SampleField : std::uint64_t {
    kIp = 1 << 0,
    kTid = 1 << 1,
    kTime = 1 << 2,
    kAddr = 1 << 3,
    kRead = 1 << 4,
    kCallchain = 1 << 5,
    kId = 1 << 6,
    kCpu = 1 << 7,
    kPeriod = 1 << 8,
    kStreamId = 1 << 9,
    kRaw = 1 << 10,
    kBranchStack = 1 << 11,
    kRegsUser = 1 << 12,
    kStackUser = 1 << 13,
    kIdentifier = 1 << 16,
};

/// A perf_event_attr, as far as it matters here.
struct EventAttr {
    std::uint32_t type = 0;
    std::uint64_t config = 0;
    std::uint64_t sample_period = 0;  ///< or the frequency
    std::uint64_t sample_type = 0;
    std::uint64_t read_format = 0;
    std::uint64_t flags = 0;
    std::uint64_t branch_sample_type = 0;
    std::uint64_t user_registers = 0;
    std::uint32_t user_stack_bytes = 0;

    bool has(std::uint64_t fields) const { return (sample_type & fields) != 0; }
    bool is_frequency() const { return (flags >> 10 & 1) != 0; }
    /// All records of the kernel end with these fields of sample_type: TID, TIME, ID, STREAM_ID, CPU, IDENTIFIER.
    bool stamps_all() const { return (flags >> 18 & 1) != 0; }
    std::size_t stamp_bytes() const;

    RecordedEvent describe() const;
};

/// Attributes of older kernels are shorter: fields that `bytes` does not have are 0.
EventAttr take_attr(ByteView bytes);

/// When a record was written, and of which event it is.
struct Stamp {
    std::uint64_t time = 0;  ///< 0: of no time, as are the records that perf writes itself
    std::uint32_t event = 0;
};

class EventTable {
public:
    const std::vector<EventAttr>& attrs() const { return attrs_; }
    const EventAttr& operator[](std::size_t event) const { return attrs_[event]; }
    bool empty() const { return attrs_.empty(); }

    void add(const EventAttr& attr) { attrs_.push_back(attr); }
    /// `id` is one of those of event `event`. False if the budget does not allow it.
    [[nodiscard]] bool add_id(std::uint64_t id, std::uint32_t event, Budget& budget) {
        return budget.append(ids_, Id{id, event});
    }
    /// To be called when all ids are in.
    void sort_ids();

    /// Null if no event has the id.
    const std::uint32_t* find(std::uint64_t id) const;

    /// Empty if the record is too short, or of no event of this table.
    std::optional<Stamp> stamp_of(const Record& record) const;

private:
    struct Id {
        std::uint64_t id;
        std::uint32_t event;
    };

    std::optional<std::uint32_t> event_at(ByteView bytes, std::optional<std::size_t> word) const;

    std::vector<EventAttr> attrs_;
    std::vector<Id> ids_;
};

}  // namespace pgoprof::perf
