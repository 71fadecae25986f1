#include "pgoprof/transform/merge_order.h"

#include <algorithm>
#include <span>
#include <utility>

#include "pgoprof/base/parallel.h"

namespace pgoprof::merging {
namespace {

/// Multikey quicksort with cached keys: sorts by a word of the stacks, then those that agree in it by the next.
class StackSorter {
public:
    StackSorter(const SampleStore& samples, const std::vector<LabelSetId>& label_rank)
        : samples_(samples), label_rank_(label_rank) {}

    void sort(std::span<SortEntry> entries) const {
        // A list and no recursion: stacks that part one after the other would go as deep as they are long.
        std::vector<Run> runs{{entries, 0}};
        while (!runs.empty()) {
            const Run run = runs.back();
            runs.pop_back();
            sort_run(run, runs);
        }
    }

private:
    static constexpr std::size_t kFew = 16;  ///< are compared directly: that beats looking ahead

    /// Entries with word number `word` of their stacks, which are equal before that.
    struct Run {
        std::span<SortEntry> entries;
        std::size_t word;
    };

    /// Those that agree in their words are added to `runs`, with the first word in which they do not.
    void sort_run(Run run, std::vector<Run>& runs) const {
        const auto& [entries, word] = run;
        std::ranges::sort(entries, {}, &SortEntry::word);
        for (std::size_t begin = 0; begin < entries.size();) {
            std::size_t end = begin + 1;
            while (end < entries.size() && entries[end].word == entries[begin].word) ++end;
            const auto equal = entries.subspan(begin, end - begin);
            begin = end;
            if (equal.size() == 1) continue;
            if (equal.size() <= kFew) {
                sort_few(equal, word + 1);
                continue;
            }
            std::size_t differing = word;
            bool alike = true;
            while (alike && !has_ended(equal)) alike = load_words(equal, ++differing);
            if (alike) {
                sort_by_labels(equal);
            } else {
                runs.push_back({equal, differing});
            }
        }
    }

    /// By what is left of their stacks, from word number `word` on.
    void sort_few(std::span<SortEntry> entries, std::size_t word) const {
        for (const SortEntry& entry : entries) samples_.prefetch(entry.sample);
        std::ranges::sort(entries, [&](const SortEntry& a, const SortEntry& b) {
            const auto left = samples_.stack(a.sample);
            const auto right = samples_.stack(b.sample);
            const std::size_t common = std::min(left.size(), right.size());
            for (std::size_t i = word; i < common; ++i) {
                if (left[i] != right[i]) return left[i] < right[i];
            }
            if (left.size() != right.size()) return left.size() < right.size();
            return label_rank_[samples_.labels(a.sample).value] < label_rank_[samples_.labels(b.sample).value];
        });
    }

    /// Whether all are equal.
    bool load_words(std::span<SortEntry> entries, std::size_t word) const {
        constexpr std::size_t kAhead = 8;
        bool equal = true;
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (i + kAhead < entries.size()) samples_.prefetch(entries[i + kAhead].sample);
            const auto stack = samples_.stack(entries[i].sample);
            entries[i].word = word < stack.size() ? stack[word] : 0;  // the end comes before any location
            equal &= entries[i].word == entries.front().word;
        }
        return equal;
    }

    bool has_ended(std::span<const SortEntry> equal) const { return samples_.packing().has_ended(equal.front().word); }

    /// Their stacks are equal.
    void sort_by_labels(std::span<SortEntry> entries) const {
        std::ranges::sort(entries, {},
                          [&](const SortEntry& entry) { return label_rank_[samples_.labels(entry.sample).value]; });
    }

    const SampleStore& samples_;
    const std::vector<LabelSetId>& label_rank_;
};

}  // namespace

SampleSorter::SampleSorter(std::vector<std::vector<std::size_t>> leaf_counts) : next_(std::move(leaf_counts)) {
    std::size_t place = 0;
    for (std::size_t leaf = 0; !next_.empty() && leaf < next_.front().size(); ++leaf) {
        for (auto& share : next_) place += std::exchange(share[leaf], place);
        ends_.push_back(place);
    }
    entries_.resize(place);
}

SortEntries SampleSorter::sorted(const SampleStore& samples, const std::vector<LabelSetId>& label_rank,
                                 unsigned threads) && {
    const StackSorter sorter(samples, label_rank);
    parallel_for(threads, ends_.size(), [&](std::size_t leaf) {
        const std::size_t begin = leaf == 0 ? 0 : ends_[leaf - 1];
        const auto same = std::span(entries_).subspan(begin, ends_[leaf] - begin);
        if (same.size() > 1) sorter.sort(same);
    });
    return std::move(entries_);
}

}  // namespace pgoprof::merging
