#include <fmt/format.h>

#include <array>
#include <map>

#include "pgoprof/base/checked.h"
#include "pgoprof/codec/budgeted_builder.h"
#include "pgoprof/codec/firefox_tables.h"
#include "pgoprof/codec/foreign_profile.h"

namespace pgoprof {
namespace {

class FirefoxDecoder {
public:
    FirefoxDecoder(FirefoxFile& file, const Limits& limits, Budget& budget)
        : file_(file), limits_(limits), budget_(budget), builder_(limits, budget) {}

    Result<ForeignProfile> run() {
        if (auto set = set_header(); !set) return std::unexpected(set.error());
        auto read = file_.visit_threads([&](const FirefoxThread& thread) { return add_thread(thread); });
        if (!read) return std::unexpected(read.error());
        return ForeignProfile{std::move(builder_.profile()), notes()};
    }

private:
    /// What stands at one place of a table of stacks: stacks share most of theirs.
    struct Step {
        LocationId location = kNone<LocationId>;  ///< none: not asked for yet
        std::uint32_t next = kNoStack;
    };

    Result<> set_header() {
        const FirefoxMeta& meta = file_.meta();
        const bool bytes = meta.weight_type == "bytes";
        const bool millis = meta.weight_type == "tracing-ms";
        if (!bytes && !millis && meta.weight_type != "samples") {
            return fail({.message = fmt::format("unknown weights '{}' in the profile", meta.weight_type)});
        }
        factor_ = millis ? 1'000'000 : 1;
        auto added = bytes    ? add_sample_type(builder_, "space", "bytes")
                     : millis ? add_sample_type(builder_, "cpu", "nanoseconds")
                              : add_sample_type(builder_, "samples", "count");
        builder_.profile().time_nanos = meta.start_nanos;
        builder_.profile().duration_nanos = meta.duration_nanos;
        return added;
    }

    Result<> add_thread(const FirefoxThread& thread) {
        ++threads_;
        if (!add_checked(off_cpu_, thread.off_cpu)) off_cpu_ = std::numeric_limits<std::int64_t>::max();
        std::vector<Step>& steps = steps_[thread.tables];
        if (thread.has_new_tables) {
            const std::size_t size = thread.tables->stacks.size();
            if (size > steps.capacity() && !budget_.charge((size - steps.capacity()) * sizeof(Step)))
                return fail(too_large("more stacks than fit in memory"));
            steps.assign(size, {});
        }
        for (const FirefoxThread::StackWeight& stack : thread.stacks) {
            if (auto added = add_stack(*thread.tables, steps, stack); !added) return added;
        }
        return {};
    }

    Result<> add_stack(const FirefoxTables& tables, std::vector<Step>& steps, const FirefoxThread::StackWeight& stack) {
        stack_.clear();
        for (std::uint32_t at = stack.stack; at != kNoStack; at = steps[at].next) {
            if (stack_.size() >= limits_.stack_depth) return fail(too_large("a stack of too many frames"));
            if (steps[at].location == kNone<LocationId>) {
                const auto step = take_step(tables, at);
                if (!step) return std::unexpected(step.error());
                steps[at] = *step;
            }
            stack_.push_back(steps[at].location);
        }
        const auto weight = multiply_checked(stack.weight, factor_);
        if (!weight)
            return fail({.code = ErrorCode::overflow, .message = "a weight overflows 64 bits", .rule = "PGO126"});
        return builder_.add_sample(stack_, {&*weight, 1});
    }

    Result<Step> take_step(const FirefoxTables& tables, std::uint32_t at) {
        const auto location = take_location(tables, at);
        if (!location) return std::unexpected(location.error());
        return Step{.location = *location, .next = at};
    }

    /// A frame and those inlined into it, innermost first. Moves `at` on to the frame that called it.
    Result<LocationId> take_location(const FirefoxTables& tables, std::uint32_t& at) {
        lines_.clear();
        for (bool inlined = true; inlined && at != kNoStack;) {
            const FirefoxFrame& frame = tables.frames[tables.stacks[at].frame];
            if (lines_.size() >= limits_.stack_depth) return fail(too_large("a frame with too many inlined ones"));
            if (auto added = add_line(tables.functions[frame.function], frame); !added) {
                return std::unexpected(added.error());
            }
            inlined = frame.inline_depth > 0;
            at_frame_ = &frame;
            at = tables.stacks[at].prefix;
        }
        const FirefoxFunction& function = tables.functions[at_frame_->function];
        if (at_frame_->address < 0 || function.lib < 0) return builder_.location(kNone<MappingId>, 0, lines_);
        const auto mapping = mapping_of(tables.libs[static_cast<std::size_t>(function.lib)]);
        if (!mapping) return std::unexpected(mapping.error());
        return builder_.location(*mapping, static_cast<std::uint64_t>(at_frame_->address), lines_);
    }

    /// What has no name but its address gets no line.
    Result<> add_line(const FirefoxFunction& function, const FirefoxFrame& frame) {
        if (frame.address >= 0 && function.name.starts_with("0x")) {
            has_addresses_ = true;
            return {};
        }
        const auto id = builder_.function(function.name, function.file, function.start_line);
        if (!id) return std::unexpected(id.error());
        if (!budget_.append(lines_, Line{.function = *id, .line = frame.line, .column = frame.column})) {
            return fail(no_memory("more inlined frames than fit in memory"));
        }
        return {};
    }

    Result<MappingId> mapping_of(const FirefoxLib& lib) {
        const auto path = builder_.string(lib.path);
        if (!path) return std::unexpected(path.error());
        const auto build_id = builder_.string(lib.build_id);
        if (!build_id) return std::unexpected(build_id.error());
        auto& mappings = builder_.profile().mappings;
        const Mapping wanted{.filename = *path, .build_id = *build_id};
        const auto hash = hash_mix(hash_mix(1, path->value), build_id->value);
        const auto is_wanted = [&](std::uint32_t id) { return mappings[id] == wanted; };
        const auto append = [&] {
            mappings.push_back(wanted);
            return static_cast<std::uint32_t>(mappings.size() - 1);
        };
        return MappingId{mapping_index_.find_or_insert(hash, is_wanted, append)};
    }

    std::vector<std::string> notes() const {
        std::vector<std::string> notes;
        if (threads_ > 1) notes.push_back(fmt::format("{} threads are added up", threads_));
        if (off_cpu_ != 0) notes.push_back(fmt::format("samples without CPU time are left out: {}", off_cpu_));
        if (has_addresses_) notes.push_back("some frames have addresses only: symbols are to be had from the binary");
        return notes;
    }

    FirefoxFile& file_;
    const Limits& limits_;
    Budget& budget_;
    BudgetedBuilder builder_;
    HashIndex mapping_index_;
    std::map<const FirefoxTables*, std::vector<Step>> steps_;  ///< a thread's own tables, and those that threads share
    std::vector<LocationId> stack_;
    std::vector<Line> lines_;
    const FirefoxFrame* at_frame_ = nullptr;
    std::int64_t factor_ = 1;
    std::uint64_t threads_ = 0;
    std::int64_t off_cpu_ = 0;
    bool has_addresses_ = false;
};

}  // namespace

Result<ForeignProfile> decode_firefox(ByteView json, const Limits& limits, Budget& budget) {
    FirefoxFile file;
    if (auto parsed = file.parse(json, budget); !parsed) return std::unexpected(parsed.error());
    return FirefoxDecoder(file, limits, budget).run();
}

}  // namespace pgoprof
