#include "pgoprof/codec/perf_data.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "pgoprof/codec/perf_header.h"
#include "pgoprof/codec/perf_inflate.h"
#include "pgoprof/codec/perf_items.h"
#include "pgoprof/codec/perf_order.h"

namespace pgoprof {

namespace {

using namespace perf;

class RecordReader {
public:
    RecordReader(ByteView data, const Header& header, ItemMaker& items, const Limits& limits, Budget& budget)
        : data_(data), header_(header), items_(items), order_(budget), parts_(budget, most_inflated(data, limits)) {}

    Result<> read();

private:
    /// Idle threads with equal stacks compress some 500 times: twice that is no recording.
    static std::uint64_t most_inflated(ByteView data, const Limits& limits) {
        return limits.budget_base + 1000 * data.size();
    }

    Result<> take(const Record& record, std::uint64_t offset);
    Result<> take_stamped(const Record& record, std::uint64_t offset);
    Result<> take_compressed(const Record& record, std::uint64_t offset);
    Result<> finish_round();
    Result<> make(const Record& record, std::uint32_t event, std::uint64_t offset);
    Result<> deliver(const Arrival& arrival);

    /// Of each page the first line is otherwise waited for: the processor looks ahead within a page only.
    static void prefetch_ahead(ByteView left) {
        constexpr std::size_t kAhead = 8192;
        constexpr std::size_t kLines = 6;
        if (left.size() < kAhead + kLines * 64) return;
        for (std::size_t line = 0; line < kLines; ++line) __builtin_prefetch(left.data() + kAhead + line * 64);
    }

    std::uint64_t offset_of(const std::byte* at) const { return static_cast<std::uint64_t>(at - data_.data()); }
    bool is_stored(std::uint32_t source) const { return source % 2 == 0; }

    ByteView data_;
    const Header& header_;
    ItemMaker& items_;
    TimeOrder order_;
    InflatedParts parts_;
    const Deliver deliver_ = [this](const Arrival& arrival) { return deliver(arrival); };
    /// Even while records come from the file as it is, odd while they come from a compressed record.
    std::uint32_t source_ = 0;
};

Result<> RecordReader::read() {
    ByteView left = header_.records;
    while (!left.empty()) {
        Record record;
        const std::uint64_t offset = offset_of(left.data());
        prefetch_ahead(left);
        if (!take_record(left, record) || !skip_payload(record, left))
            return fail_truncated(offset, "truncated record");
        if (auto done = take(record, offset); !done) return done;
    }
    if (parts_.has_rest()) return fail_truncated(data_.size(), "truncated compressed record");
    return order_.finish(deliver_);
}

Result<> RecordReader::take(const Record& record, std::uint64_t offset) {
    switch (record.type) {
        case kSample:
        case kMmap:
        case kMmap2:
        case kComm:
        case kFork:
        case kLost:
        case kLostSamples:
            return take_stamped(record, offset);
        case kFinishedRound:
            return finish_round();
        case kCompressed:
        case kCompressed2:
            return take_compressed(record, offset);
        default:
            return {};
    }
}

Result<> RecordReader::take_stamped(const Record& record, std::uint64_t offset) {
    const auto stamp = header_.events.stamp_of(record);
    if (!stamp) return fail_at(offset, fmt::format("record of type {} too short or of an unknown event", record.type));
    // What has no time is valid from the beginning: perf itself wrote it, or a kernel that times samples alone.
    if (stamp->time == 0 || stamp->time == std::numeric_limits<std::uint64_t>::max())
        return make(record, stamp->event, offset);
    if (!order_.add({stamp->time, record.begin(), stamp->event, source_}))
        return fail_at(offset, "too many records between two rounds", ErrorCode::limit_exceeded);
    return {};
}

Result<> RecordReader::take_compressed(const Record& record, std::uint64_t offset) {
    if (!is_stored(source_)) return fail_at(offset, "compressed record in a compressed record");
    Cursor fields(record.body);
    const std::uint64_t size = record.type == kCompressed2 ? fields.take<std::uint64_t>() : fields.left().size();
    const ByteView piece = fields.take_bytes(size);
    if (!fields.ok()) return fail_at(offset, "malformed compressed record");
    ++source_;
    auto part = parts_.inflate(piece, source_, offset);
    if (!part) return fail(std::move(part.error()));
    ByteView left = *part;
    for (Record inner; take_record(left, inner);)
        if (auto done = take(inner, offset); !done) return done;
    if (!is_part_of_record(left)) return fail_at(offset, "malformed record in a compressed record");
    parts_.keep_rest(left);
    ++source_;
    return {};
}

Result<> RecordReader::finish_round() {
    if (auto done = order_.finish_round(deliver_); !done) return done;
    std::uint32_t earliest = source_;
    for (const Arrival& waiting : order_.waiting()) earliest = std::min(earliest, waiting.source);
    parts_.release_before(earliest);
    return {};
}

Result<> RecordReader::deliver(const Arrival& arrival) {
    const bool stored = is_stored(arrival.source);
    return make(record_at(arrival.record), arrival.event,
                stored ? offset_of(arrival.record) : parts_.offset_of(arrival.source));
}

Result<> RecordReader::make(const Record& record, std::uint32_t event, std::uint64_t offset) {
    auto done = items_.make(record, event);
    if (!done && !done.error().offset && done.error().code == ErrorCode::invalid_content)
        done.error().offset = Offset{.value = offset};
    return done;
}

}  // namespace

Result<> read_perf_data(ByteView data, const Limits& limits, RecordingInfo& info, const VisitRecording& visit) {
    Budget budget(limits.decode_budget(data.size()));
    auto header = read_header(data, limits, budget, info);
    if (!header) return fail(std::move(header.error()));
    const bool is_x86_64 = info.architecture.empty() || info.architecture == "x86_64";
    ItemMaker items(*header, is_x86_64 ? Machine::x86_64 : Machine::other, limits, visit);
    return RecordReader(data, *header, items, limits, budget).read();
}

}  // namespace pgoprof
