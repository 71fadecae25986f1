#include "pgoprof/transform/stability.h"

#include <algorithm>
#include <array>
#include <bit>
#include <iterator>
#include <span>
#include <string_view>
#include <vector>

#include "pgoprof/base/checked.h"
#include "pgoprof/transform/durations.h"
#include "pgoprof/transform/edge_pairs.h"
#include "pgoprof/transform/random.h"

namespace pgoprof {
namespace {

constexpr std::size_t kRounds = 100;
constexpr std::uint64_t kSeed = 0x70676f70726f66;  // "pgoprof"

/// Edges that were counted equally often.
struct Tally {
    std::int64_t count;
    std::int64_t edges;
};

/// A profile's edges by how often they were counted.
struct SampleCounts {
    std::int64_t once = 0;    ///< edges counted once: in two halves they have nothing in common
    std::vector<Tally> more;  ///< the others
    std::int64_t largest = 1;
};

/// The edges' counts in one half of a profile, and where its hot set ends.
class Half {
public:
    explicit Half(const SampleCounts& whole) : sums_(bucket(whole.largest) + 1) {}

    void clear() {
        std::ranges::fill(sums_, 0);
        tallies_.clear();
        total_ = 0;
    }

    void add_once(std::int64_t edges) {
        sums_[1] += edges;
        total_ += edges;
    }

    void add(Tally tally) {
        tallies_.push_back(tally);
        sums_[bucket(tally.count)] += tally.count * tally.edges;
        total_ += tally.count * tally.edges;
    }

    /// After every edge is added.
    void find_hot_set(double cdf_percent) {
        const std::int64_t enough = exceeding(cdf_percent);
        if (enough > total_) {
            last_ = 0;  // all that is there
            last_part_ = 0.0;
            hot_weight_ = total_;
            return;
        }
        hot_weight_ = 0;
        std::size_t b = sums_.size() - 1;
        for (; hot_weight_ + sums_[b] < enough; --b) hot_weight_ += sums_[b];
        end_within(b, enough);
    }

    double hot_weight() const { return static_cast<double>(hot_weight_); }
    std::span<const Tally> tallies() const { return tallies_; }

    /// The part of the edge with that count, or of all of them, that is hot: from 0 to 1.
    double hot_part(std::int64_t count) const { return count > last_ ? 1.0 : count == last_ ? last_part_ : 0.0; }

private:
    // Counts below 64 have a bucket each, larger ones share it with those whose first 6 bits are the same.
    static std::size_t bucket(std::int64_t count) {
        const auto value = static_cast<std::uint64_t>(count);
        if (value < 64) return value;
        const auto dropped = static_cast<unsigned>(std::bit_width(value)) - 6;
        return 32 * dropped + (value >> dropped);
    }

    /// The smallest sum that hot_set takes for more than that part of the total; beyond the total if none is.
    std::int64_t exceeding(double cdf_percent) const {
        std::int64_t low = 0;
        std::int64_t high = total_ + 1;
        while (low < high) {
            const std::int64_t middle = low + (high - low) / 2;
            if (weight_in_percent(middle, total_) > cdf_percent) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /// The hot set ends in bucket `b`; the heavier ones are summed up.
    void end_within(std::size_t b, std::int64_t enough) {
        gather(b);
        auto tied = tied_.begin();
        for (; hot_weight_ + tied->count * tied->edges < enough; ++tied) hot_weight_ += tied->count * tied->edges;
        last_ = tied->count;
        const std::int64_t hot = (enough - hot_weight_ + last_ - 1) / last_;
        hot_weight_ += hot * last_;
        last_part_ = static_cast<double>(hot) / static_cast<double>(tied->edges);
    }

    /// The tallies in bucket `b`, one a count, the largest first.
    void gather(std::size_t b) {
        tied_.clear();
        if (b < 64) {
            const auto count = static_cast<std::int64_t>(b);
            tied_.push_back({count, sums_[b] / count});
            return;
        }
        std::ranges::copy_if(tallies_, std::back_inserter(tied_), [&](Tally t) { return bucket(t.count) == b; });
        std::ranges::sort(tied_, std::ranges::greater{}, &Tally::count);
        auto last = tied_.begin();
        for (auto tally = last + 1; tally != tied_.end(); ++tally) {
            if (tally->count == last->count) {
                last->edges += tally->edges;
            } else {
                *++last = *tally;
            }
        }
        tied_.erase(last + 1, tied_.end());
    }

    std::vector<Tally> tallies_;
    std::vector<std::int64_t> sums_;  ///< of the counts in each bucket
    std::int64_t total_ = 0;
    std::int64_t hot_weight_ = 0;
    std::int64_t last_ = 0;   ///< the smallest count in the hot set
    double last_part_ = 0.0;  ///< how much of the edges with that count is in it
    std::vector<Tally> tied_;
};

double share(std::int64_t weight, double whole) { return static_cast<double>(weight) / whole; }

/// Of halves whose tallies are of the same edges.
double overlap(const Half& a, const Half& b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.tallies().size(); ++i) {
        const auto [in_a, edges] = a.tallies()[i];
        const std::int64_t in_b = b.tallies()[i].count;
        const double part = std::min(a.hot_part(in_a), b.hot_part(in_b)) * static_cast<double>(edges);
        if (part != 0.0) sum += part * std::min(share(in_a, a.hot_weight()), share(in_b, b.hot_weight()));
    }
    return sum;
}

/// Gives each edge's samples to two halves by the fall of a coin.
class Splitter {
public:
    Splitter(const SampleCounts& whole, FairCoins& coins) : whole_(whole), coins_(coins) {}

    void split(Half& a, Half& b) {
        a.clear();
        b.clear();
        const std::int64_t heads = coins_.heads(whole_.once);
        a.add_once(heads);
        b.add_once(whole_.once - heads);
        for (const Tally& tally : whole_.more) {
            if (tally.count < 4 * tally.edges / tally.count) {
                split_together(tally, a, b);
            } else {
                for (std::int64_t i = 0; i < tally.edges; ++i) add({tally.count, 1}, coins_.heads(tally.count), a, b);
            }
        }
    }

private:
    /// Many edges of few samples, a sample of each at a time: of the edges that had so many heads, coins say how many
    /// get one more.
    void split_together(const Tally& tally, Half& a, Half& b) {
        const auto count = static_cast<std::size_t>(tally.count);
        with_heads_.assign(count + 1, 0);
        with_heads_[0] = tally.edges;
        for (std::size_t coin = 0; coin < count; ++coin) {
            for (std::size_t heads = coin + 1; heads-- > 0;) {
                const std::int64_t one_more = coins_.heads(with_heads_[heads]);
                with_heads_[heads] -= one_more;
                with_heads_[heads + 1] += one_more;
            }
        }
        for (std::size_t heads = 0; heads <= count; ++heads) {
            if (with_heads_[heads] == 0) continue;
            add({tally.count, with_heads_[heads]}, static_cast<std::int64_t>(heads), a, b);
        }
    }

    static void add(Tally whole, std::int64_t heads, Half& a, Half& b) {
        a.add({heads, whole.edges});
        b.add({whole.count - heads, whole.edges});
    }

    const SampleCounts& whole_;
    FairCoins& coins_;
    std::vector<std::int64_t> with_heads_;  ///< how many edges have had so many heads
};

/// Nothing if the sum does not fit in 64 bits.
SampleCounts sample_counts(const EdgeProfile& profile, std::int64_t weight_per_sample) {
    SampleCounts counts;
    std::int64_t total = 0;
    for (const CallEdge& edge : profile.edges) {
        if (edge.weight <= 0) continue;
        const std::int64_t count = std::max<std::int64_t>(1, edge.weight / weight_per_sample);
        if (!add_checked(total, count)) return {};
        if (count == 1) {
            ++counts.once;
        } else if (counts.more.empty() || counts.more.back().count != count) {  // they come by weight
            counts.more.push_back({count, 1});
        } else {
            ++counts.more.back().edges;
        }
        counts.largest = std::max(counts.largest, count);
    }
    return counts;
}

bool is_type(const RawProfile& raw, const RawValueType& type, std::string_view name, std::string_view unit) {
    return raw.string(type.type) == name && raw.string(type.unit) == unit;
}

/// The weight of the hot edges that are positive.
double hot_weight(const EdgeProfile& profile, std::size_t hot) {
    double sum = 0.0;
    for (const CallEdge& edge : std::span(profile.edges).first(hot)) {
        sum += static_cast<double>(std::max<std::int64_t>(0, edge.weight));
    }
    return sum;
}

}  // namespace

double hot_overlap(const EdgeProfile& a, const EdgeProfile& b, double cdf_percent) {
    const std::size_t hot_a = hot_set(a, cdf_percent).edge_count;
    const std::size_t hot_b = hot_set(b, cdf_percent).edge_count;
    const double weight_a = hot_weight(a, hot_a);
    const double weight_b = hot_weight(b, hot_b);
    if (weight_a == 0.0 || weight_b == 0.0) return weight_a == weight_b ? 1.0 : 0.0;
    double sum = 0.0;
    for (const EdgePair& pair : pair_edges(a, b)) {
        if (pair.in_a.value_or(hot_a) >= hot_a || pair.in_b.value_or(hot_b) >= hot_b) continue;
        sum += std::max(
            0.0, std::min(share(a.edges[*pair.in_a].weight, weight_a), share(b.edges[*pair.in_b].weight, weight_b)));
    }
    constexpr double kRounding = 1e-12;  // of sums of many shares: what is alike is alike, whatever it is asked for
    return sum > 1.0 - kRounding ? 1.0 : sum;
}

SamplingNoise sampling_noise(const EdgeProfile& profile, std::int64_t weight_per_sample, double cdf_percent) {
    const SampleCounts whole = sample_counts(profile, weight_per_sample);
    if (whole.once == 0 && whole.more.empty()) return {};
    FairCoins coins(kSeed);
    Splitter splitter(whole, coins);
    Half a(whole);
    Half b(whole);
    std::array<double, kRounds> overlaps{};
    for (double& result : overlaps) {
        splitter.split(a, b);
        a.find_hot_set(cdf_percent);
        b.find_hot_set(cdf_percent);
        result = overlap(a, b);
    }
    std::ranges::sort(overlaps);
    return {.low = overlaps[kRounds / 20 - 1], .median = overlaps[kRounds / 2 - 1]};  // nearest ranks
}

std::int64_t weight_per_sample(const RawProfile& tables, std::size_t column, std::int64_t smallest_value) {
    const bool counts = is_type(tables, tables.sample_types[column], "samples", "count");
    const bool timed =
        tables.period_type && tables.period > 0 && is_type(tables, *tables.period_type, "cpu", "nanoseconds");
    const bool scaled = input_summary(tables).scaled;
    if (counts && !scaled) return 1;
    if (!counts && timed && !scaled) return tables.period;
    return std::max<std::int64_t>(1, smallest_value);
}

std::int64_t smallest_value(const RawSamples& batch, std::size_t column, std::int64_t so_far) {
    std::int64_t smallest = so_far;
    for (std::size_t i = 0; i < batch.sample_count(); ++i) {
        const std::int64_t value = batch.sample_values(i)[column];
        if (value > 0 && (smallest == 0 || value < smallest)) smallest = value;
    }
    return smallest;
}

}  // namespace pgoprof
