#include "pgoprof/codec/firefox_profile.h"

#include <algorithm>
#include <string>
#include <unordered_set>

#include "pgoprof/codec/budgeted_builder.h"
#include "pgoprof/codec/firefox_tables.h"

namespace pgoprof {
namespace {

/// Where the first library lies; the others follow at the same distance.
constexpr std::uint64_t kLibraryBytes = std::uint64_t{1} << 40;
constexpr std::int32_t kMostLibraries = 1 << 20;

class FirefoxReader {
public:
    FirefoxReader(const FirefoxMeta& meta, const Limits& limits, std::uint64_t most_frames, const VisitRecording& visit)
        : meta_(meta), limits_(limits), visit_(visit), frames_left_(most_frames) {}

    Result<> visit_thread(const FirefoxThread& thread) {
        if (auto named = name_process(thread); !named) return named;
        for (const FirefoxThread::StackWeight& stack : thread.stacks) {
            if (auto visited = visit_stack(thread, stack); !visited) return visited;
        }
        return {};
    }

private:
    Result<> name_process(const FirefoxThread& thread) {
        if (!named_.insert(thread.pid).second) return {};
        return visit_(RecordedName{.pid = thread.pid, .tid = thread.pid, .name = thread.process});
    }

    Result<> visit_stack(const FirefoxThread& thread, const FirefoxThread::StackWeight& stack) {
        const FirefoxTables& tables = *thread.tables;
        chain_.clear();
        bool in_kernel = false;
        bool is_leaf = true;  // or the frame in which a system call was made
        const std::uint32_t leaf = tables.has_addresses ? stack.stack : kNoStack;
        for (std::uint32_t at = leaf; at != kNoStack; at = tables.stacks[at].prefix) {
            if (frames_left_-- == 0 || chain_.size() > limits_.stack_depth) return fail(too_large("too many frames"));
            const FirefoxFrame& frame = tables.frames[tables.stacks[at].frame];
            const std::int32_t lib = tables.functions[frame.function].lib;
            if (frame.inline_depth > 0 || frame.address < 0 || lib < 0) continue;
            const FirefoxLib& library = tables.libs[static_cast<std::size_t>(lib)];
            if (library.path.starts_with("[kernel")) {
                in_kernel = true;
                continue;
            }
            if (lib >= kMostLibraries || static_cast<std::uint64_t>(frame.address) >= kLibraryBytes) continue;
            if (auto mapped = map(thread.pid, lib, library); !mapped) return mapped;
            const std::uint64_t address = start_of(lib) + static_cast<std::uint64_t>(frame.address);
            chain_.push_back(is_leaf ? address : address + 1);
            is_leaf = false;
        }
        if (stack.weight < 0) return fail({.message = "a sample with a negative weight"});
        return visit_(
            RecordedSample{.pid = thread.pid,
                           .tid = thread.tid,
                           .period = static_cast<std::uint64_t>(std::max<std::int64_t>(meta_.interval_nanos, 1)),
                           .count = static_cast<std::uint64_t>(stack.weight),
                           .in_kernel = in_kernel,
                           .ip = chain_.empty() ? 0 : chain_.front(),
                           .chain = AddressChain(chain_)});
    }

    static std::uint64_t start_of(std::int32_t lib) { return (static_cast<std::uint64_t>(lib) + 1) * kLibraryBytes; }

    Result<> map(std::uint32_t pid, std::int32_t lib, const FirefoxLib& library) {
        if (!mapped_.insert(std::uint64_t{pid} << 32 | static_cast<std::uint32_t>(lib)).second) return {};
        return visit_(RecordedMapping{.pid = pid,
                                      .start = start_of(lib),
                                      .size = kLibraryBytes,
                                      .filename = library.path,
                                      .build_id = library.build_id});
    }

    const FirefoxMeta& meta_;
    const Limits& limits_;
    const VisitRecording& visit_;
    std::unordered_set<std::uint32_t> named_;
    std::unordered_set<std::uint64_t> mapped_;
    std::vector<std::uint64_t> chain_;
    std::uint64_t frames_left_;  ///< time is limited, too: few stacks of a table make many frames
};

}  // namespace

Result<> read_firefox(ByteView json, const Limits& limits, RecordingInfo& info, const VisitRecording& visit) {
    Budget budget(limits.decode_budget(json.size()));
    FirefoxFile file;
    if (auto parsed = file.parse(json, budget); !parsed) return parsed;
    info.events = {{.name = "samples", .counts_nanoseconds = true, .stacks = StackKind::complete}};
    info.time_nanos = file.meta().start_nanos;
    const std::uint64_t most_frames = limits.decode_budget(json.size()) / sizeof(std::uint64_t);
    FirefoxReader reader(file.meta(), limits, most_frames, visit);
    auto read = file.visit_threads([&](const FirefoxThread& thread) { return reader.visit_thread(thread); });
    if (!read || file.meta().has_addresses) return read;
    return fail({.message = "no frame of the profile has an address"});
}

}  // namespace pgoprof
