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

/// A profile's edges by how often they were counted.
struct SampleCounts {
    std::int64_t once = 0;           ///< edges counted once: in two halves they have nothing in common
    std::vector<std::int64_t> more;  ///< counts of the others
    std::int64_t largest = 1;
};

/// The edges' counts in one half of a profile, and where its hot set ends.
class Half {
public:
    explicit Half(const SampleCounts& whole) : counts_(whole.more.size()), sums_(bucket(whole.largest) + 1) {}

    void clear() {
        std::ranges::fill(sums_, 0);
        total_ = 0;
    }

    void set_once(std::int64_t edges) {
        sums_[1] += edges;
        total_ += edges;
    }

    void set(std::size_t edge, std::int64_t count) {
        counts_[edge] = count;
        sums_[bucket(count)] += count;
        total_ += count;
    }

    /// After every edge is set.
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
    std::int64_t count(std::size_t edge) const { return counts_[edge]; }

    /// The part of the edge, or of the edges that weigh the same, that is hot: from 0 to 1.
    double hot_part(std::size_t edge) const {
        const std::int64_t count = counts_[edge];
        return count > last_ ? 1.0 : count == last_ ? last_part_ : 0.0;
    }

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
        std::size_t hot = 0;
        while (hot_weight_ < enough) hot_weight_ += tied_[hot++];
        last_ = tied_[hot - 1];
        const auto [begin, end] = std::ranges::equal_range(tied_, last_, std::ranges::greater{});
        const auto first = static_cast<std::size_t>(begin - tied_.begin());
        last_part_ = static_cast<double>(hot - first) / static_cast<double>(end - begin);
    }

    /// The counts in bucket `b`, the largest first.
    void gather(std::size_t b) {
        if (b < 64) {
            const auto count = static_cast<std::int64_t>(b);
            tied_.assign(static_cast<std::size_t>(sums_[b] / count), count);
            return;
        }
        tied_.clear();
        std::ranges::copy_if(counts_, std::back_inserter(tied_), [&](std::int64_t c) { return bucket(c) == b; });
        std::ranges::sort(tied_, std::ranges::greater{});
    }

    std::vector<std::int64_t> counts_;
    std::vector<std::int64_t> sums_;  ///< of the counts in each bucket
    std::int64_t total_ = 0;
    std::int64_t hot_weight_ = 0;
    std::int64_t last_ = 0;   ///< the smallest count in the hot set
    double last_part_ = 0.0;  ///< how much of the edges with that count is in it
    std::vector<std::int64_t> tied_;
};

double share(std::int64_t weight, double whole) { return static_cast<double>(weight) / whole; }

double overlap(const Half& a, const Half& b, std::size_t edges) {
    double sum = 0.0;
    for (std::size_t i = 0; i < edges; ++i) {
        const double part = std::min(a.hot_part(i), b.hot_part(i));
        if (part == 0.0) continue;
        sum += std::min(part * share(a.count(i), a.hot_weight()), part * share(b.count(i), b.hot_weight()));
    }
    return sum;
}

void split(const SampleCounts& whole, FairCoins& coins, Half& a, Half& b) {
    a.clear();
    b.clear();
    const std::int64_t heads = coins.heads(whole.once);
    a.set_once(heads);
    b.set_once(whole.once - heads);
    for (std::size_t i = 0; i < whole.more.size(); ++i) {
        const std::int64_t count = coins.heads(whole.more[i]);
        a.set(i, count);
        b.set(i, whole.more[i] - count);
    }
}

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
        } else {
            counts.more.push_back(count);
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
    Half a(whole);
    Half b(whole);
    std::array<double, kRounds> overlaps{};
    for (double& result : overlaps) {
        split(whole, coins, a, b);
        a.find_hot_set(cdf_percent);
        b.find_hot_set(cdf_percent);
        result = overlap(a, b, whole.more.size());
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
