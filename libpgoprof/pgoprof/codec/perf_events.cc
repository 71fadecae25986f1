#include "pgoprof/codec/perf_events.h"

#include <algorithm>
#include <bit>

namespace pgoprof::perf {

namespace {

constexpr std::uint64_t kStampFields = kTid | kTime | kId | kStreamId | kCpu | kIdentifier;

constexpr std::uint32_t kSoftware = 1;
constexpr std::uint64_t kCpuClock = 0;
constexpr std::uint64_t kTaskClock = 1;

/// How many of `fields` a record has: each takes a word.
std::size_t words(const EventAttr& attr, std::uint64_t fields) {
    return static_cast<std::size_t>(std::popcount(attr.sample_type & fields));
}

std::optional<std::size_t> id_word_of_sample(const EventAttr& attr) {
    if (attr.has(kIdentifier)) return 0;
    if (attr.has(kId)) return words(attr, kIp | kTid | kTime | kAddr);
    return {};
}

std::optional<std::size_t> id_word_of_stamp(const EventAttr& attr) {
    if (attr.has(kIdentifier)) return words(attr, kStampFields) - 1;
    if (attr.has(kId)) return words(attr, kTid | kTime);
    return {};
}

/// 0 where there is no such word, too.
std::uint64_t word_at(ByteView bytes, std::size_t word) {
    Cursor fields(bytes);
    fields.skip(word * 8);
    return fields.take<std::uint64_t>();
}

}  // namespace

std::size_t EventAttr::stamp_bytes() const { return stamps_all() ? words(*this, kStampFields) * 8 : 0; }

RecordedEvent EventAttr::describe() const {
    constexpr std::uint64_t kNoUserChain = 1ULL << 22;
    RecordedEvent event;
    event.counts_nanoseconds = type == kSoftware && (config == kCpuClock || config == kTaskClock);
    event.is_frequency = is_frequency();
    event.frequency = is_frequency() ? sample_period : 0;
    if (has(kRegsUser) && has(kStackUser) && user_stack_bytes != 0)
        event.stacks = StackKind::user_stack;
    else if (has(kCallchain) && (flags & kNoUserChain) == 0)
        event.stacks = StackKind::frame_pointers;
    return event;
}

EventAttr take_attr(ByteView bytes) {
    EventAttr attr;
    Cursor fields(bytes);
    attr.type = fields.take<std::uint32_t>();
    fields.skip(4);
    attr.config = fields.take<std::uint64_t>();
    attr.sample_period = fields.take<std::uint64_t>();
    attr.sample_type = fields.take<std::uint64_t>();
    attr.read_format = fields.take<std::uint64_t>();
    attr.flags = fields.take<std::uint64_t>();
    fields.skip(24);
    attr.branch_sample_type = fields.take<std::uint64_t>();
    attr.user_registers = fields.take<std::uint64_t>();
    attr.user_stack_bytes = fields.take<std::uint32_t>();
    return attr;
}

void EventTable::sort_ids() { std::ranges::stable_sort(ids_, {}, &Id::id); }

const std::uint32_t* EventTable::find(std::uint64_t id) const {
    const auto found = std::ranges::lower_bound(ids_, id, {}, &Id::id);
    return found == ids_.end() || found->id != id ? nullptr : &found->event;
}

/// As perf: the only event and a record without an id need no look-up.
std::optional<std::uint32_t> EventTable::event_at(ByteView bytes, std::optional<std::size_t> word) const {
    if (attrs_.size() == 1 || !word) return 0;
    const std::uint64_t id = word_at(bytes, *word);
    if (id == 0) return 0;
    const std::uint32_t* const event = find(id);
    if (event == nullptr) return {};
    return *event;
}

std::optional<Stamp> EventTable::stamp_of(const Record& record) const {
    if (attrs_.empty()) return {};
    const EventAttr& first = attrs_.front();
    if (record.type == kSample) {
        const auto event = event_at(record.body, id_word_of_sample(first));
        if (!event) return {};
        const EventAttr& attr = attrs_[*event];
        if (record.body.size() < 8 * words(attr, kIdentifier | kIp | kTid | kTime)) return {};
        return Stamp{attr.has(kTime) ? word_at(record.body, words(attr, kIdentifier | kIp | kTid)) : 0, *event};
    }
    if (!first.stamps_all()) return Stamp{};
    if (record.body.size() < first.stamp_bytes()) return {};
    const ByteView stamp = record.body.last(first.stamp_bytes());
    const auto event = event_at(stamp, id_word_of_stamp(first));
    if (!event) return {};
    return Stamp{first.has(kTime) ? word_at(stamp, words(first, kTid)) : 0, *event};
}

}  // namespace pgoprof::perf
