#include "pgoprof/codec/perf_items.h"

#include <algorithm>

#include <fmt/format.h>

#include "pgoprof/base/checked.h"

namespace pgoprof::perf {

namespace {

std::unexpected<Error> malformed(const Record& record) {
    return fail(ErrorCode::invalid_content, fmt::format("malformed record of type {}", record.type));
}

constexpr std::size_t kLongestName = 15;  // TASK_COMM_LEN, without its zero

void write_hex(ByteView bytes, std::string& out) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    out.clear();
    for (const std::byte byte : bytes) {
        out += kDigits[std::to_integer<unsigned>(byte) >> 4];
        out += kDigits[std::to_integer<unsigned>(byte) & 0xf];
    }
}

/// MMAP2 has the file's device and inode or, instead, its build id.
ByteView take_build_id(Cursor& fields, bool has_build_id) {
    constexpr std::size_t kMostBytes = 20;
    const auto size = fields.take<std::uint32_t>() & 0xff;
    const ByteView build_id = fields.take_bytes(kMostBytes);
    return has_build_id ? build_id.first(std::min<std::size_t>(size, build_id.size())) : ByteView{};
}

}  // namespace

ItemMaker::ItemMaker(const Header& header, Machine machine, const Limits& limits, const VisitRecording& visit)
    : header_(header),
      visit_(visit),
      most_string_bytes_(limits.string_bytes),
      stamp_bytes_(header.events[0].stamp_bytes()),
      samples_(machine, limits) {}

Result<> ItemMaker::make(const Record& record, std::uint32_t event) {
    switch (record.type) {
        case kSample:
            if (const auto sample = samples_.read(record, event, header_.events[event])) return visit_(*sample);
            return malformed(record);
        case kMmap:
        case kMmap2:
            return make_mapping(record);
        case kComm:
            return make_name(record);
        case kFork:
            return make_fork(record);
        case kLost:
        case kLostSamples:
            return make_loss(record);
        default:
            return {};
    }
}

/// Without the stamp at the end: whoever reads a name would run into it.
Cursor ItemMaker::fields_of(const Record& record) const {
    return Cursor(record.body.first(record.body.size() - std::min(record.body.size(), stamp_bytes_)));
}

Result<> ItemMaker::make_mapping(const Record& record) {
    constexpr std::uint32_t kKernelPid = 0xffffffff;
    RecordedMapping mapping;
    Cursor fields = fields_of(record);
    mapping.pid = fields.take<std::uint32_t>();
    fields.skip(4);  // tid
    mapping.start = fields.take<std::uint64_t>();
    mapping.size = fields.take<std::uint64_t>();
    mapping.file_offset = fields.take<std::uint64_t>();
    ByteView build_id;
    if (record.type == kMmap2) {
        build_id = take_build_id(fields, (record.misc & kMmapBuildId) != 0);
        fields.skip(8);  // protection, flags
    }
    mapping.filename = fields.take_name();
    if (!fields.ok() || mapping.filename.size() > most_string_bytes_) return malformed(record);
    if (build_id.empty()) build_id = header_.build_ids.find(mapping.filename);
    write_hex(build_id, build_id_);
    mapping.build_id = build_id_;
    mapping.is_kernel = mapping.pid == kKernelPid || (record.misc & kModeMask) != kModeUser;
    return visit_(mapping);
}

Result<> ItemMaker::make_name(const Record& record) {
    RecordedName name;
    Cursor fields = fields_of(record);
    name.pid = fields.take<std::uint32_t>();
    name.tid = fields.take<std::uint32_t>();
    // The kernel has no longer ones, and each fork would copy it.
    name.name = fields.take_name().substr(0, kLongestName);
    name.by_exec = (record.misc & kCommByExec) != 0;
    if (!fields.ok()) return malformed(record);
    return visit_(name);
}

/// Of a process that is older than the recording perf writes its mappings, too: they are no copies of the parent's.
Result<> ItemMaker::make_fork(const Record& record) {
    RecordedFork fork;
    Cursor fields = fields_of(record);
    fork.pid = fields.take<std::uint32_t>();
    fork.parent = fields.take<std::uint32_t>();
    if (!fields.ok()) return malformed(record);
    if (fork.pid != fork.parent && (record.misc & kForkWritten) != 0) return {};
    return visit_(fork);
}

/// The same loss is counted by the buffer (LOST, when it has room again) and by the event (LOST_SAMPLES, at the end).
Result<> ItemMaker::make_loss(const Record& record) {
    Cursor fields = fields_of(record);
    if (record.type == kLost) fields.skip(8);  // id
    const auto lost = fields.take<std::uint64_t>();
    std::uint64_t& count = record.type == kLost ? lost_by_buffer_ : lost_by_event_;
    if (!fields.ok() || !add_checked(count, lost)) return malformed(record);
    const std::uint64_t before = std::exchange(lost_, std::max(lost_by_buffer_, lost_by_event_));
    if (lost_ == before) return {};
    return visit_(RecordedLoss{lost_ - before});
}

}  // namespace pgoprof::perf
