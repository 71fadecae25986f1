#include "pgoprof/transform/stability.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <random>

#include "support/edges.h"

using namespace pgoprof;
using pgoprof::testing::edge_profile;

namespace {

/// `edges` edges whose rates fall as 1/rank; of each a number of samples that is Poisson distributed.
EdgeProfile random_profile(std::size_t edges, double samples, unsigned seed, std::int64_t weight_per_sample = 1) {
    std::mt19937 engine(seed);
    double harmonic = 0.0;
    for (std::size_t i = 1; i <= edges; ++i) harmonic += 1.0 / static_cast<double>(i);
    EdgeProfile profile;
    const StringId name = profile.names.intern("f");
    for (std::size_t i = 1; i <= edges; ++i) {
        std::poisson_distribution<std::int64_t> counts(samples / harmonic / static_cast<double>(i));
        const std::int64_t weight = counts(engine) * weight_per_sample;
        if (weight == 0) continue;
        profile.edges.push_back({name, name, static_cast<std::int64_t>(i), weight});
        profile.total_weight += weight;
    }
    sort_edges(profile);
    return profile;
}

double overlap_of_independent_halves(std::size_t edges, double samples, unsigned seed) {
    return hot_overlap(random_profile(edges, samples / 2, seed), random_profile(edges, samples / 2, seed + 1));
}

}  // namespace

TEST_CASE("The overlap is the weight that two hot sets share") {
    const auto a = edge_profile({{"f", "g", 1, 60}, {"f", "h", 2, 40}});
    const auto b = edge_profile({{"f", "h", 2, 10}, {"f", "g", 1, 30}});
    CHECK(hot_overlap(a, a) == 1.0);
    CHECK(hot_overlap(a, b) == Approx(0.6 + 0.25));
    CHECK(hot_overlap(b, a) == Approx(0.6 + 0.25));
    SECTION("another offset is another edge") {
        CHECK(hot_overlap(a, edge_profile({{"f", "g", 2, 60}, {"f", "h", 1, 40}})) == 0.0);
    }
    SECTION("what is cold in one does not count") {
        const auto cold = edge_profile({{"f", "g", 1, 9950}, {"f", "h", 2, 50}});
        CHECK(hot_overlap(cold, a) == Approx(0.6));
        CHECK(hot_overlap(cold, a, 99.9) == Approx(0.6 + 0.005));
    }
    SECTION("nothing is like nothing") {
        CHECK(hot_overlap({}, {}) == 1.0);
        CHECK(hot_overlap({}, a) == 0.0);
    }
    SECTION("negative edges are left out") {
        const auto negative = edge_profile({{"f", "g", 1, 60}, {"f", "h", 2, 40}, {"x", "y", 1, -100}});
        CHECK(hot_overlap(negative, negative) == 1.0);
        CHECK(hot_overlap(negative, a) == 1.0);
    }
}

TEST_CASE("The noise of a profile is the overlap of independent profiles of half its length") {
    for (const auto& [edges, samples] : {std::pair(50U, 400.0), std::pair(300U, 3000.0), std::pair(1000U, 100'000.0)}) {
        CAPTURE(edges, samples);
        std::vector<double> independent;
        for (unsigned seed = 0; seed < 400; seed += 2) {
            independent.push_back(overlap_of_independent_halves(edges, samples, seed));
        }
        std::ranges::sort(independent);
        const double median = independent[independent.size() / 2];
        const double low = independent[independent.size() / 20];
        double low_sum = 0.0;
        double median_sum = 0.0;
        constexpr unsigned kProfiles = 40;
        for (unsigned seed = 0; seed < kProfiles; ++seed) {
            const SamplingNoise noise = sampling_noise(random_profile(edges, samples, 1000 + seed), 1);
            CHECK(noise.low <= noise.median);
            low_sum += noise.low;
            median_sum += noise.median;
        }
        CHECK(median_sum / kProfiles == Approx(median).margin((1 - median) * 0.12));
        CHECK(low_sum / kProfiles == Approx(low).margin((1 - low) * 0.12));
    }
}

TEST_CASE("A profile of more samples is less noisy") {
    double before = 0.0;
    for (const double samples : {100.0, 1000.0, 10'000.0, 1'000'000.0, 1e10}) {
        const SamplingNoise noise = sampling_noise(random_profile(500, samples, 7), 1);
        CHECK(noise.low > before);
        before = noise.low;
    }
    CHECK(before > 0.999);
}

TEST_CASE("The noise counts samples, not weight") {
    const auto counted = random_profile(200, 2000, 5);
    const auto in_nanoseconds = random_profile(200, 2000, 5, 10'000'000);
    const SamplingNoise noise = sampling_noise(counted, 1);
    CHECK(sampling_noise(in_nanoseconds, 10'000'000).low == noise.low);
    CHECK(sampling_noise(in_nanoseconds, 1).low > noise.low);
}

TEST_CASE("The noise is the same whenever, and wherever, it is asked for") {
    const auto profile = edge_profile({{"f", "g", 1, 3000}, {"f", "h", 2, 400}, {"f", "i", 3, 50}, {"f", "j", 4, 7}});
    const SamplingNoise noise = sampling_noise(profile, 1);
    CHECK(noise.low == sampling_noise(profile, 1).low);
    CHECK(std::round(noise.low * 1e12) == 976256961180);
    CHECK(std::round(noise.median * 1e12) == 989664911214);
}

TEST_CASE("Profiles of next to nothing have noise, too") {
    CHECK(sampling_noise({}, 1).low == 1.0);
    CHECK(sampling_noise(edge_profile({{"f", "g", 1, 1}}), 1).low == 0.0);
    CHECK(sampling_noise(edge_profile({{"f", "g", 1, 2}}), 1).low == 0.0);
    CHECK(sampling_noise(edge_profile({{"f", "g", 1, 1000}}), 1).low == 1.0);
    CHECK(sampling_noise(edge_profile({{"f", "g", 1, -5}}), 1).low == 1.0);
    const auto huge = edge_profile({{"f", "g", 1, INT64_MAX}, {"f", "g", 2, -INT64_MAX}, {"f", "g", 3, INT64_MAX}});
    CHECK(sampling_noise(huge, 1).low == 1.0);
    CHECK(sampling_noise(random_profile(100, 1000, 1), 1, 100.0).low < 1.0);
}

TEST_CASE("What a sample weighs") {
    RawProfile raw;
    raw.strings = {"", "samples", "count", "cpu", "nanoseconds", "pgoprof/1 inputs=2 failed=0 duration=5..5 scaled=1"};
    raw.sample_types = {{1, 2}, {3, 4}};
    raw.period_type = RawValueType{3, 4};
    raw.period = 10'000'000;
    raw.values = {300, 0, 200, 70, 0, -1};
    raw.sample_begins = {{0, 0}, {0, 2}, {0, 4}, {0, 6}};
    CHECK(weight_per_sample(raw, 0, smallest_value(raw, 0)) == 1);
    CHECK(weight_per_sample(raw, 1, smallest_value(raw, 1)) == 10'000'000);
    SECTION("without a period it is the smallest value") {
        raw.period = 0;
        CHECK(weight_per_sample(raw, 1, smallest_value(raw, 1)) == 70);
    }
    SECTION("scaled values count something else") {
        raw.comments = {5};
        raw.duration_nanos = 10;
        CHECK(weight_per_sample(raw, 0, smallest_value(raw, 0)) == 200);
        CHECK(weight_per_sample(raw, 1, smallest_value(raw, 1)) == 70);
    }
    SECTION("nothing weighs something") {
        raw.values = {0, 0, 0, 0, 0, 0};
        raw.period = 0;
        CHECK(weight_per_sample(raw, 1, smallest_value(raw, 1)) == 1);
    }
}
