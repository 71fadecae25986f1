#include "pgoprof/report/stack_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <queue>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "pgoprof/base/checked.h"
#include "pgoprof/base/huge_pages.h"
#include "pgoprof/model/invariants.h"

namespace pgoprof {
namespace {

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// The names of each location's frames, outermost first.
class LocationNames {
public:
    LocationNames(const RawProfile& raw, StringTable& names) {
        const WireIndex<RawFunction> functions(raw.functions);
        const WireIndex<RawMapping> mappings(raw.mappings);
        std::vector<StringId> function_names;
        function_names.reserve(raw.functions.size());
        for (const RawFunction& function : raw.functions)
            function_names.push_back(names.intern(raw.string(function.name)));

        const auto without_function = [&](const RawLocation& location) {
            const auto mapping = mappings.find(location.mapping_id);
            const auto file = mapping ? base_name(raw.string(raw.mappings[*mapping].filename)) : std::string_view();
            return names.intern(fmt::format("[{}]", file.empty() ? "unknown" : file));
        };
        begins_.reserve(raw.locations.size() + 1);
        for (const RawLocation& location : raw.locations) {
            begins_.push_back(static_cast<std::uint32_t>(names_.size()));
            const auto lines = raw.location_lines(location);
            for (std::size_t i = lines.size(); i-- > 0;) {
                const auto function = functions.find(lines[i].function_id);
                names_.push_back(function ? function_names[*function] : without_function(location));
            }
            if (lines.empty()) names_.push_back(without_function(location));
        }
        begins_.push_back(static_cast<std::uint32_t>(names_.size()));
    }

    /// At least one.
    std::span<const StringId> operator[](std::uint32_t location) const {
        return std::span(names_).subspan(begins_[location], begins_[location + 1] - begins_[location]);
    }

private:
    std::vector<StringId> names_;
    std::vector<std::uint32_t> begins_;
};

/// Keeps the heaviest frame that is not kept yet, and looks at what it calls, until the limit is reached. The samples
/// of a frame stand in one range of `walks_`, and those of what it calls in parts of that.
class TreeBuilder {
public:
    TreeBuilder(const RawProfile& raw, const StackTreeLimits& limits)
        : raw_(raw), limits_(limits), location_names_(raw, tree_.names), callee_of_name_(tree_.names.size(), kNone) {}

    Result<StackTree> run(std::size_t column) {
        const auto total = start_walks(column);
        if (!total) {
            return std::unexpected(to_error({Invariant::weight_overflow, {0, OffsetSpace::inflated}, "samples"}));
        }
        if (!add_up_functions()) {
            return std::unexpected(
                to_error({Invariant::size_limit, {0, OffsetSpace::inflated}, "its stacks hold too many frames"}));
        }
        keep({.weight = *total, .end = walks_.size()});
        while (!open_.empty()) {
            const Candidate heaviest = open_.top();
            open_.pop();
            if (tree_.frames.size() <= limits_.frames) {
                keep(heaviest);
            } else {
                tree_.hidden_weight += heaviest.weight;
            }
        }
        return std::move(tree_);
    }

private:
    static constexpr std::uint32_t kNone = 0xffffffff;
    static constexpr std::size_t kAhead = 16;
    static constexpr std::size_t kFramesInAny = 4'000'000;
    static constexpr std::size_t kFramesForEachLocation = 16;  // of a stack

    /// One sample, walked from the root to its current frame.
    struct Walk {
        std::uint32_t leaf;       ///< in RawProfile::stacks
        std::uint32_t next;       ///< behind the location to go on in
        std::uint32_t frame = 0;  ///< to go on with in that location
        std::int64_t weight;
    };

    using Walks = std::vector<Walk, HugePageAllocator<Walk>>;

    /// A frame that is kept if the limit allows.
    struct Candidate {
        std::int64_t weight = 0;
        StringId name{};
        std::uint32_t parent = 0;
        std::size_t depth = 0;
        std::size_t begin = 0;
        std::size_t end = 0;

        /// For a heap with the heaviest on top; the order of what weighs the same is that of the samples.
        bool operator<(const Candidate& other) const {
            return weight != other.weight ? weight < other.weight : begin > other.begin;
        }
    };

    struct Callee {
        StringId name;
        std::int64_t weight = 0;
        std::size_t walks = 0;
    };

    /// The weight of all samples; nullopt if it overflows.
    std::optional<std::int64_t> start_walks(std::size_t column) {
        walks_.reserve(raw_.sample_count());
        std::int64_t total = 0;
        for (std::size_t i = 0; i < raw_.sample_count(); ++i) {
            const std::int64_t weight = raw_.sample_values(i)[column];
            if (weight < 0) ++tree_.negative_samples;
            if (weight <= 0) continue;
            if (!add_checked(total, weight)) return std::nullopt;
            walks_.push_back({raw_.sample_begins[i].stack_begin, raw_.sample_begins[i + 1].stack_begin, 0, weight});
        }
        return total;
    }

    /// False, soon, if there are more frames than any honest profile has: a small file can multiply long stacks by deep
    /// inlining.
    bool add_up_functions() {
        std::size_t frames_left = kFramesInAny + kFramesForEachLocation * raw_.stacks.size();
        tree_.functions.resize(tree_.names.size());
        std::vector<std::size_t> counted_in(tree_.names.size());
        for (std::size_t i = 0; i < walks_.size(); ++i) {
            const Walk& walk = walks_[i];
            for (std::uint32_t place = walk.next; place-- > walk.leaf;) {
                const auto names = location_names_[raw_.stacks[place]];
                if (names.size() > frames_left) return false;
                frames_left -= names.size();
                for (const StringId name : names) {
                    if (std::exchange(counted_in[name.value], i + 1) == i + 1) continue;
                    tree_.functions[name.value].weight += walk.weight;
                }
            }
            if (walk.next == walk.leaf) continue;
            tree_.functions[location_names_[raw_.stacks[walk.leaf]].back().value].self += walk.weight;
        }
        return true;
    }

    void keep(const Candidate& kept) {
        const auto position = static_cast<std::uint32_t>(tree_.frames.size());
        tree_.frames.push_back({kept.name, kept.parent, kept.weight});
        const auto walks = std::span(walks_).subspan(kept.begin, kept.end - kept.begin);
        const std::size_t ended = step(walks, tree_.frames[position].self);
        sort_by_callee(walks, ended);
        std::size_t begin = kept.begin + ended;
        for (const Callee& callee : callees_) {
            const std::size_t end = begin + callee.walks;
            if (kept.depth < limits_.depth) {
                open_.push({callee.weight, callee.name, position, kept.depth + 1, begin, end});
            } else {
                tree_.hidden_weight += callee.weight;
            }
            begin = end;
        }
    }

    /// Takes each walk one frame on, and collects what is called. Returns how many end here, and adds up their weight.
    std::size_t step(std::span<Walk> walks, std::int64_t& self) {
        std::size_t ended = 0;
        callees_.clear();
        callee_of_walk_.clear();
        for (std::size_t i = 0; i < walks.size(); ++i) {
            if (i + kAhead < walks.size()) prefetch(walks[i + kAhead]);
            Walk& walk = walks[i];
            if (walk.next == walk.leaf) {
                self += walk.weight;
                ++ended;
                callee_of_walk_.push_back(kNone);
                continue;
            }
            const std::uint32_t callee = callee_with(next_name(walk));
            callees_[callee].weight += walk.weight;
            ++callees_[callee].walks;
            callee_of_walk_.push_back(callee);
        }
        for (const Callee& callee : callees_) callee_of_name_[callee.name.value] = kNone;
        return ended;
    }

    /// Stacks lie far apart: most of the time would go by waiting for them.
    void prefetch(const Walk& walk) const {
        if (walk.next != walk.leaf) __builtin_prefetch(&raw_.stacks[walk.next - 1]);
    }

    StringId next_name(Walk& walk) const {
        const auto names = location_names_[raw_.stacks[walk.next - 1]];
        const StringId name = names[walk.frame];
        if (++walk.frame == names.size()) {
            walk.frame = 0;
            --walk.next;
        }
        return name;
    }

    std::uint32_t callee_with(StringId name) {
        std::uint32_t& position = callee_of_name_[name.value];
        if (position == kNone) {
            position = static_cast<std::uint32_t>(callees_.size());
            callees_.push_back({name});
        }
        return position;
    }

    /// Those that ended first, then callee by callee, each in the order that they had.
    void sort_by_callee(std::span<Walk> walks, std::size_t ended) {
        if (callees_.empty() || (callees_.size() == 1 && ended == 0)) return;
        std::vector<std::size_t> places;
        std::size_t place = ended;
        for (const Callee& callee : callees_) {
            places.push_back(place);
            place += callee.walks;
        }
        scratch_.resize(std::max(scratch_.size(), walks.size()));
        std::size_t place_of_ended = 0;
        for (std::size_t i = 0; i < walks.size(); ++i) {
            const std::uint32_t callee = callee_of_walk_[i];
            scratch_[callee == kNone ? place_of_ended++ : places[callee]++] = walks[i];
        }
        std::copy_n(scratch_.begin(), walks.size(), walks.begin());
    }

    const RawProfile& raw_;
    StackTreeLimits limits_;
    StackTree tree_;
    LocationNames location_names_;
    Walks walks_;
    std::priority_queue<Candidate> open_;
    // Of the frame that is looked at:
    std::vector<Callee> callees_;                ///< in the order of the samples
    std::vector<std::uint32_t> callee_of_walk_;  ///< position in `callees_`, or kNone
    std::vector<std::uint32_t> callee_of_name_;  ///< the same by name
    Walks scratch_;
};

}  // namespace

Result<StackTree> build_stack_tree(const RawProfile& raw, std::size_t column, const StackTreeLimits& limits) {
    return TreeBuilder(raw, limits).run(column);
}

}  // namespace pgoprof
