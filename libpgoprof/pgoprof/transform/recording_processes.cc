#include "pgoprof/transform/recording_processes.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace pgoprof {

namespace {

// Vectors that grow are up to twice as large as what they hold, and a mapping adds up to two ranges; a process or a
// file has its nodes and blocks.
constexpr std::uint64_t kRangeBytes = 2 * sizeof(MappedRange);
constexpr std::uint64_t kProcessBytes = 256;
constexpr std::uint64_t kFileBytes = 384;

// A build farm of 100,000 processes with 100 mappings each stays below: half a minute.
constexpr std::uint64_t kMostMoves = std::uint64_t{1} << 33;

constexpr std::string_view kDeleted = " (deleted)";

std::unexpected<Error> too_much(std::string_view what) {
    return fail(ErrorCode::limit_exceeded, fmt::format("the recording's processes {}", what),
                "record one process: perf record -p PID");
}

std::unexpected<Error> over_budget() { return too_much("take more memory than allowed"); }

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

Result<> ProcessTable::apply(const RecordingItem& item) {
    if (const auto* mapping = std::get_if<RecordedMapping>(&item)) return apply_mapping(*mapping);
    if (const auto* name = std::get_if<RecordedName>(&item)) return apply_name(*name);
    if (const auto* fork = std::get_if<RecordedFork>(&item)) return apply_fork(*fork);
    return {};
}

Result<> ProcessTable::apply_mapping(const RecordedMapping& mapping) {
    if (mapping.is_kernel) return {};
    const Result<RecordedProcess*> found = process(mapping.pid);
    if (!found) return fail(found.error());
    RecordedProcess& changed = **found;
    const std::uint64_t before = changed.ranges->size();
    const bool is_shared = changed.ranges.use_count() > 1;
    if (!budget_.charge(kRangeBytes * (2 + (is_shared ? before : 0)))) return over_budget();
    if (is_shared) changed.ranges = std::make_shared<MappedRanges>(*changed.ranges);
    ranges_moved_ += before;
    if (ranges_moved_ > kMostMoves) return too_much("have too many mappings");
    std::uint64_t end = 0;
    if (__builtin_add_overflow(mapping.start, mapping.size, &end)) return {};
    const Result<RecordedFileId> id = file(mapping.filename, mapping.build_id);
    if (!id) return fail(id.error());
    map_over(*changed.ranges, {.start = mapping.start, .end = end, .offset = mapping.file_offset, .file = *id});
    changed.has_sought = changed.has_sought || is_sought(*id);
    if (!changed.program && may_be_program(mapping.filename)) changed.program = *id;
    return {};
}

Result<> ProcessTable::apply_name(const RecordedName& name) {
    if (name.pid != name.tid) return {};
    const Result<RecordedProcess*> named = process(name.pid);
    if (!named) return fail(named.error());
    if (name.by_exec) **named = {};
    (*named)->name = name.name;
    return {};
}

Result<> ProcessTable::apply_fork(const RecordedFork& fork) {
    if (fork.pid == fork.parent) return {};
    const Result<RecordedProcess*> parent = process(fork.parent);
    if (!parent) return fail(parent.error());
    const Result<RecordedProcess*> child = process(fork.pid);
    if (!child) return fail(child.error());
    **child = **parent;
    return {};
}

Result<RecordedProcess*> ProcessTable::process(std::uint32_t pid) {
    const auto known = processes_.find(pid);
    if (known != processes_.end()) return &known->second;
    if (!budget_.charge(kProcessBytes)) return over_budget();
    return &processes_[pid];
}

Result<RecordedFileId> ProcessTable::file(std::string_view name, std::string_view build_id) {
    key_.name = name;
    key_.build_id = build_id;
    if (const auto known = file_ids_.find(key_); known != file_ids_.end()) return known->second;
    if (!budget_.charge(kFileBytes + 2 * name.size())) return over_budget();
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
