#include "pgoprof/transform/merge_order.h"

#include <algorithm>
#include <numeric>
#include <span>

#include "pgoprof/base/parallel.h"

namespace pgoprof::merging {
namespace {

/// A sample with the next word of its stack, so that most comparisons look at no stack.
struct Entry {
    std::uint64_t key;
    SampleId sample;
};

/// Multikey quicksort with cached keys: sorts by a word of the stacks, then those that agree in it by the next.
class StackSorter {
public:
    StackSorter(const SampleStore& samples, const std::vector<LabelSetId>& label_rank)
        : samples_(samples), label_rank_(label_rank) {}

    /// There is at least one entry.
    void sort(std::span<Entry> entries) const {
        // A list and no recursion: stacks that part one after the other would go as deep as they are long.
        std::vector<Run> runs{{entries, 0}};
        while (!runs.empty()) {
            const Run run = runs.back();
            runs.pop_back();
            sort_run(run, runs);
        }
    }

private:
    /// Entries that are equal in the first words of their stacks.
    struct Run {
        std::span<Entry> entries;
        std::size_t words;
    };

    /// By the next word in which they differ. Those that agree in it are added to `runs`.
    void sort_run(Run run, std::vector<Run>& runs) const {
        auto& [entries, word] = run;
        for (; load_keys(entries, word); ++word) {
            if (has_ended(entries.front().key)) return sort_by_labels(entries);
        }
        std::ranges::sort(entries, {}, &Entry::key);
        for (std::size_t begin = 0; begin < entries.size();) {
            std::size_t end = begin + 1;
            while (end < entries.size() && entries[end].key == entries[begin].key) ++end;
            const auto equal = entries.subspan(begin, end - begin);
            begin = end;
            if (equal.size() == 1) continue;
            if (has_ended(equal.front().key)) {
                sort_by_labels(equal);
            } else {
                runs.push_back({equal, word + 1});
            }
        }
    }

    /// Whether all are equal.
    bool load_keys(std::span<Entry> entries, std::size_t word) const {
        constexpr std::size_t kAhead = 8;
        bool equal = true;
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (i + kAhead < entries.size()) samples_.prefetch(entries[i + kAhead].sample);
            entries[i].key = key(entries[i].sample, word);
            equal &= entries[i].key == entries.front().key;
        }
        return equal;
    }

    /// The end of the stack comes before any location.
    std::uint64_t key(SampleId sample, std::size_t word) const {
        const auto stack = samples_.stack(sample);
        return word < stack.size() ? stack[word] : 0;
    }

    bool has_ended(std::uint64_t key) const { return samples_.packing().has_ended(key); }

    /// Their stacks are equal.
    void sort_by_labels(std::span<Entry> entries) const {
        std::ranges::sort(entries, {},
                          [&](const Entry& entry) { return label_rank_[samples_.labels(entry.sample).value]; });
    }

    const SampleStore& samples_;
    const std::vector<LabelSetId>& label_rank_;
};

using Entries = std::vector<Entry, HugePageAllocator<Entry>>;

/// Counting sort by leaf. `begins` becomes where each leaf's entries begin, and the end.
Entries sort_by_leaf(const SampleStore& samples, const std::vector<SampleId>& order, std::vector<std::size_t>& begins) {
    const auto leaf = [&](SampleId sample) {
        return samples.depth(sample) == 0 ? 0 : std::size_t{samples.packing().leaf(samples.stack(sample)).value} + 1;
    };
    for (const SampleId sample : order) {
        if (leaf(sample) + 2 > begins.size()) begins.resize(leaf(sample) + 2);
        ++begins[leaf(sample) + 1];
    }
    std::partial_sum(begins.begin(), begins.end(), begins.begin());
    Entries entries(order.size());
    auto next = begins;
    for (const SampleId sample : order) entries[next[leaf(sample)]++] = {0, sample};
    return entries;
}

}  // namespace

void sort_by_stack(const SampleStore& samples, const std::vector<LabelSetId>& label_rank, unsigned threads,
                   std::vector<SampleId>& order) {
    std::vector<std::size_t> begins;
    Entries entries = sort_by_leaf(samples, order, begins);
    if (order.empty()) return;
    const StackSorter sorter(samples, label_rank);
    parallel_for(threads, begins.size() - 1, [&](std::size_t leaf) {
        const auto same = std::span(entries).subspan(begins[leaf], begins[leaf + 1] - begins[leaf]);
        if (same.size() > 1) sorter.sort(same);
    });
    std::ranges::transform(entries, order.begin(), &Entry::sample);
}

}  // namespace pgoprof::merging
