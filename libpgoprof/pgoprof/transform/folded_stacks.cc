#include "pgoprof/transform/folded_stacks.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "pgoprof/base/checked.h"
#include "pgoprof/base/hash_index.h"
#include "pgoprof/model/invariants.h"
#include "pgoprof/transform/frames.h"

namespace pgoprof {
namespace {

class StackFolder {
public:
    explicit StackFolder(const RawProfile& raw) : raw_(raw), frames_(raw) {}

    Result<FoldedStacks> run(std::size_t column) {
        for (std::size_t i = 0; i < raw_.sample_count(); ++i) {
            const std::int64_t weight = raw_.sample_values(i)[column];
            if (weight != 0 && !add_sample(i, weight)) return std::unexpected(too_many_frames());
        }
        if (overflow_) {
            return std::unexpected(to_error({Invariant::weight_overflow, {0, OffsetSpace::inflated}, "stack weights"}));
        }
        out_.names = std::move(frames_).take_names();
        sort();
        return std::move(out_);
    }

private:
    bool add_sample(std::size_t sample, std::int64_t weight) {
        const std::size_t begin = out_.frames.size();
        std::uint64_t hash = 1;
        const auto visit = [&](StringId name) {
            out_.frames.push_back(name);
            hash = hash_mix(hash, name.value);
        };
        if (!frames_.visit(sample, visit)) return false;
        const FoldedStacks::Stack stack{.begin = begin, .count = out_.frames.size() - begin};
        if (stack.count == 0) return true;
        const auto equal = [&](std::uint32_t id) {
            return std::ranges::equal(out_.frames_of(out_.stacks[id]), out_.frames_of(stack));
        };
        const auto append = [&] {
            out_.stacks.push_back(stack);
            return static_cast<std::uint32_t>(out_.stacks.size() - 1);
        };
        const std::uint32_t id = index_.find_or_insert(hash, equal, append);
        if (out_.stacks[id].begin != begin) out_.frames.resize(begin);  // it was there already
        if (!add_checked(out_.stacks[id].weight, weight)) overflow_ = true;
        return true;
    }

    void sort() {
        std::vector<std::uint32_t> order(out_.names.size());
        std::iota(order.begin(), order.end(), 0);
        std::ranges::sort(order, {}, [&](std::uint32_t id) { return out_.names[StringId{id}]; });
        std::vector<std::uint32_t> ranks(order.size());
        for (std::uint32_t rank = 0; rank < order.size(); ++rank) ranks[order[rank]] = rank;
        const auto rank = [&](StringId name) { return ranks[name.value]; };
        std::ranges::sort(out_.stacks, [&](const FoldedStacks::Stack& a, const FoldedStacks::Stack& b) {
            return std::ranges::lexicographical_compare(out_.frames_of(a), out_.frames_of(b), {}, rank, rank);
        });
    }

    const RawProfile& raw_;
    Frames frames_;
    FoldedStacks out_;
    HashIndex index_;
    bool overflow_ = false;
};

}  // namespace

Result<FoldedStacks> fold_stacks(const RawProfile& raw, std::size_t column) { return StackFolder(raw).run(column); }

}  // namespace pgoprof
