#include "pgoprof/transform/stack_graph.h"

#include <optional>
#include <utility>

#include "pgoprof/base/checked.h"
#include "pgoprof/base/hash_index.h"
#include "pgoprof/model/invariants.h"
#include "pgoprof/transform/frames.h"

namespace pgoprof {
namespace {

class StackGraphBuilder {
public:
    StackGraphBuilder(const RawProfile& raw, const std::function<bool(std::string_view)>& selected)
        : raw_(raw), frames_(raw), selected_(selected) {}

    Result<StackGraph> run(std::size_t column) {
        for (std::size_t i = 0; i < raw_.sample_count(); ++i) {
            const std::int64_t weight = raw_.sample_values(i)[column];
            if (weight != 0 && !add_sample(i, weight)) return std::unexpected(too_many_frames());
        }
        if (overflow_) {
            return std::unexpected(
                to_error({Invariant::weight_overflow, {0, OffsetSpace::inflated}, "function weights"}));
        }
        out_.names = std::move(frames_).take_names();
        return std::move(out_);
    }

private:
    static constexpr std::uint32_t kNever = 0xffffffff;

    struct Seen {
        bool selected = false;
        std::uint32_t sample = kNever;  ///< the last that the function was seen in
    };

    bool add_sample(std::size_t sample, std::int64_t weight) {
        const auto number = static_cast<std::uint32_t>(sample);
        std::optional<std::uint32_t> parent;
        const auto visit = [&](StringId name) {
            const std::uint32_t function = function_named(name);
            if (seen_[function].sample != number) {
                seen_[function].sample = number;
                add(out_.functions[function].cumulative, weight);
            }
            if (parent && *parent != function) add_call(*parent, function, number, weight);
            parent = function;
        };
        if (!frames_.visit(sample, visit)) return false;
        if (parent) add(out_.functions[*parent].flat, weight);
        return true;
    }

    std::uint32_t function_named(StringId name) {
        if (name.value >= by_name_.size()) by_name_.resize(name.value + 1, kNever);
        std::uint32_t& function = by_name_[name.value];
        if (function == kNever) {
            function = static_cast<std::uint32_t>(out_.functions.size());
            out_.functions.push_back({.name = name});
            seen_.push_back({.selected = selected_(frames_.names()[name])});
        }
        return function;
    }

    void add_call(std::uint32_t caller, std::uint32_t callee, std::uint32_t sample, std::int64_t weight) {
        if (!seen_[caller].selected && !seen_[callee].selected) return;
        const auto equal = [&](std::uint32_t id) {
            return out_.calls[id].caller == caller && out_.calls[id].callee == callee;
        };
        const auto append = [&] {
            out_.calls.push_back({caller, callee});
            call_seen_in_.push_back(kNever);
            return static_cast<std::uint32_t>(out_.calls.size() - 1);
        };
        const std::uint32_t call = index_.find_or_insert(hash_mix(hash_mix(1, caller), callee), equal, append);
        if (call_seen_in_[call] == sample) return;
        call_seen_in_[call] = sample;
        add(out_.calls[call].weight, weight);
    }

    void add(std::int64_t& sum, std::int64_t weight) {
        if (!add_checked(sum, weight)) overflow_ = true;
    }

    const RawProfile& raw_;
    Frames frames_;
    const std::function<bool(std::string_view)>& selected_;
    StackGraph out_;
    std::vector<Seen> seen_;              // by position of the function
    std::vector<std::uint32_t> by_name_;  // by the name's id
    std::vector<std::uint32_t> call_seen_in_;
    HashIndex index_;
    bool overflow_ = false;
};

}  // namespace

Result<StackGraph> build_stack_graph(const RawProfile& raw, std::size_t column,
                                     const std::function<bool(std::string_view)>& selected) {
    return StackGraphBuilder(raw, selected).run(column);
}

}  // namespace pgoprof
