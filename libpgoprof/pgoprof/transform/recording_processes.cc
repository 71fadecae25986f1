#include "pgoprof/transform/recording_processes.h"

#include <algorithm>
#include <array>

namespace pgoprof {

namespace {

// A build farm of 100,000 processes with 100 mappings each stays below both: half a gigabyte, half a minute.
constexpr std::uint64_t kMostRanges = std::uint64_t{1} << 24;
constexpr std::uint64_t kMostMoves = std::uint64_t{1} << 33;
constexpr std::uint64_t kMostNameBytes = std::uint64_t{1} << 25;  // of files, which have the same few names mostly

constexpr std::string_view kDeleted = " (deleted)";

MappedRange from(const MappedRange& range, std::uint64_t start) {
    return {.start = start, .end = range.end, .offset = range.offset + (start - range.start), .file = range.file};
}

}  // namespace

void map_over(MappedRanges& ranges, const MappedRange& range) {
    if (range.start >= range.end) return;
    const auto first = std::ranges::lower_bound(ranges, range.start, std::ranges::less_equal{}, &MappedRange::end);
    const auto last = std::find_if(first, ranges.end(), [&](const MappedRange& r) { return r.start >= range.end; });

    std::array<MappedRange, 3> pieces;
    std::size_t count = 0;
    if (first != last && first->start < range.start) {
        pieces[count] = *first;
        pieces[count++].end = range.start;
    }
    pieces[count++] = range;
    if (first != last && (last - 1)->end > range.end) pieces[count++] = from(*(last - 1), range.end);

    const auto at = ranges.erase(first, last);
    ranges.insert(at, pieces.begin(), pieces.begin() + static_cast<std::ptrdiff_t>(count));
}

const MappedRange* RecordedProcess::find(std::uint64_t address) const {
    const auto next = std::ranges::upper_bound(*ranges, address, {}, &MappedRange::start);
    if (next == ranges->begin()) return nullptr;
    const MappedRange& range = *(next - 1);
    return address < range.end ? &range : nullptr;
}

Result<> ProcessTable::apply(const RecordedMapping& mapping) {
    if (mapping.is_kernel) return {};
    RecordedProcess& changed = process(mapping.pid);
    if (changed.ranges.use_count() > 1) {
        ranges_kept_ += changed.ranges->size();
        changed.ranges = std::make_shared<MappedRanges>(*changed.ranges);
    }
    ranges_kept_ += 1;
    ranges_moved_ += changed.ranges->size();
    if (ranges_kept_ > kMostRanges || ranges_moved_ > kMostMoves)
        return fail(ErrorCode::limit_exceeded, "the recording's processes have too many mappings",
                    "record one process: perf record -p PID");
    std::uint64_t end = 0;
    if (__builtin_add_overflow(mapping.start, mapping.size, &end)) return {};
    const RecordedFileId id = file(mapping.filename, mapping.build_id);
    if (name_bytes_kept_ > kMostNameBytes)
        return fail(ErrorCode::limit_exceeded, "the recording's processes have too many files mapped",
                    "record one process: perf record -p PID");
    map_over(*changed.ranges, {.start = mapping.start, .end = end, .offset = mapping.file_offset, .file = id});
    changed.has_sought = changed.has_sought || is_sought(id);
    if (!changed.program && may_be_program(mapping.filename)) changed.program = id;
    return {};
}

void ProcessTable::apply(const RecordedName& name) {
    if (name.pid != name.tid) return;
    RecordedProcess& named = process(name.pid);
    if (name.by_exec) named = {};
    named.name = name.name;
}

void ProcessTable::apply(const RecordedFork& fork) {
    if (fork.pid == fork.parent) return;
    processes_[fork.pid] = RecordedProcess(processes_[fork.parent]);
}

RecordedFileId ProcessTable::file(std::string_view name, std::string_view build_id) {
    key_.name = name;
    key_.build_id = build_id;
    if (const auto known = file_ids_.find(key_); known != file_ids_.end()) return known->second;
    name_bytes_kept_ += name.size();
    const RecordedFileId id{static_cast<std::uint32_t>(files_.size())};
    files_.push_back(key_);
    is_sought_.push_back(std::ranges::find(sought_, key_) != sought_.end());
    file_ids_.emplace(key_, id);
    return id;
}

const RecordedProcess* ProcessTable::find(std::uint32_t pid) const {
    const auto found = processes_.find(pid);
    return found == processes_.end() ? nullptr : &found->second;
}

bool may_be_program(std::string_view filename) {
    filename = without_deleted(filename);
    constexpr std::array made_up{"[", "//anon", "/memfd:", "/dev/", "/SYSV", "/anon_hugepage", "anon_inode:"};
    if (filename.empty() || filename == "inode_only" || filename == "//toolong") return false;
    if (std::ranges::any_of(made_up, [&](std::string_view prefix) { return filename.starts_with(prefix); }))
        return false;
    const std::string_view base = base_name(filename);
    return !base.ends_with(".so") && base.find(".so.") == std::string_view::npos;
}

std::string_view without_deleted(std::string_view filename) {
    if (filename.ends_with(kDeleted)) filename.remove_suffix(kDeleted.size());
    return filename;
}

std::string_view base_name(std::string_view filename) { return filename.substr(filename.rfind('/') + 1); }

}  // namespace pgoprof
