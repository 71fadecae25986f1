#include "pgoprof/transform/merge_order.h"

#include <algorithm>
#include <span>

namespace pgoprof::merging {
namespace {

/// A sample with the next two locations of its stack, so that most comparisons look at no stack.
struct Entry {
    std::uint64_t key;
    SampleId sample;
};

/// Multikey quicksort with cached keys: sorts by two locations, then those that agree in them by the next two.
class StackSorter {
public:
    StackSorter(const SampleStore& samples, const std::vector<LabelSetId>& label_rank)
        : samples_(samples), label_rank_(label_rank) {}

    /// The first `depth` locations are equal in all of `entries`, of which there is at least one.
    void sort(std::span<Entry> entries, std::size_t depth) {
        while (load_keys(entries, depth)) {
            if (has_ended(entries.front().key)) return sort_by_labels(entries);
            depth += 2;
        }
        std::ranges::sort(entries, {}, &Entry::key);
        for (std::size_t begin = 0; begin < entries.size();) {
            const auto differs = [&](const Entry& entry) { return entry.key != entries[begin].key; };
            const auto end = std::ranges::find_if(entries.subspan(begin), differs);
            const auto equal = entries.subspan(begin, static_cast<std::size_t>(end - entries.begin()) - begin);
            if (equal.size() > 1) sort_equal(equal, depth);
            begin += equal.size();
        }
    }

private:
    void sort_equal(std::span<Entry> entries, std::size_t depth) {
        if (has_ended(entries.front().key)) return sort_by_labels(entries);
        sort(entries, depth + 2);
    }

    /// Whether all are equal.
    bool load_keys(std::span<Entry> entries, std::size_t depth) const {
        constexpr std::size_t kAhead = 8;
        bool equal = true;
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (i + kAhead < entries.size()) samples_.prefetch(entries[i + kAhead].sample);
            entries[i].key = key(entries[i].sample, depth);
            equal &= entries[i].key == entries.front().key;
        }
        return equal;
    }

    /// The end of the stack comes before any location.
    std::uint64_t key(SampleId sample, std::size_t depth) const {
        return samples_.with_stack(sample, [&](auto stack) {
            const auto at = [&](std::size_t d) { return d < stack.size() ? std::uint64_t{stack[d]} + 1 : 0; };
            return at(depth) << 32 | at(depth + 1);
        });
    }

    static bool has_ended(std::uint64_t key) { return (key & 0xffffffff) == 0; }

    /// Their stacks are equal.
    void sort_by_labels(std::span<Entry> entries) const {
        std::ranges::sort(entries, {},
                          [&](const Entry& entry) { return label_rank_[samples_.labels(entry.sample).value]; });
    }

    const SampleStore& samples_;
    const std::vector<LabelSetId>& label_rank_;
};

}  // namespace

void sort_by_stack(const SampleStore& samples, const std::vector<LabelSetId>& label_rank,
                   std::vector<SampleId>& order) {
    std::vector<Entry, HugePageAllocator<Entry>> entries(order.size());
    std::ranges::transform(order, entries.begin(), [](SampleId id) { return Entry{0, id}; });
    if (!entries.empty()) StackSorter(samples, label_rank).sort(entries, 0);
    std::ranges::transform(entries, order.begin(), &Entry::sample);
}

}  // namespace pgoprof::merging
