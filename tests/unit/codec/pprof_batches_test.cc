#include <algorithm>
#include <catch2/catch.hpp>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "pgoprof/codec/pprof.h"
#include "pgoprof/load.h"
#include "support/random_profile.h"

using namespace pgoprof;
using namespace pgoprof::testing;

namespace {

using Label = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t>;
using Sample = std::tuple<std::vector<std::uint32_t>, std::vector<std::int64_t>, std::vector<Label>, std::uint32_t>;

/// What is left of a stack in a batch.
std::vector<std::uint32_t> ends(std::span<const std::uint32_t> stack) {
    if (stack.size() <= 3) return {stack.begin(), stack.end()};
    return {stack[0], stack[1], stack.back()};
}

void append_samples(const RawSamples& raw, std::vector<Sample>& all) {
    for (std::size_t i = 0; i < raw.sample_count(); ++i) {
        const auto stack = raw.sample_stack(i);
        const auto values = raw.sample_values(i);
        std::vector<Label> labels;
        for (const RawLabel& label : raw.sample_labels(i)) {
            labels.emplace_back(label.key, label.str, label.num, label.num_unit);
        }
        all.emplace_back(ends(stack), std::vector(values.begin(), values.end()), std::move(labels),
                         raw.sample_offset(i));
    }
}

/// A random profile, its samples repeated until there are `count`, and one stack deeper than a batch holds locations.
std::string large_profile(std::uint64_t seed, int count) {
    auto profile = random_profile(seed);
    const int samples = profile.sample_size();
    for (int i = 0; samples > 0 && profile.sample_size() < count; ++i) {
        const auto copy = profile.sample(i % samples);
        *profile.add_sample() = copy;
    }
    if (samples > 0 && profile.location_size() > 0) {
        auto& deep = *profile.mutable_sample(count / 2);
        for (int i = 0; i < 40'000; ++i) deep.add_location_id(profile.location(0).id());
    }
    return profile.SerializeAsString();
}

}  // namespace

TEST_CASE("Samples in batches are those of the whole profile") {
    std::size_t most_batches = 0;
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        CAPTURE(seed);
        const std::string bytes = large_profile(seed, 3000);
        Loader whole(Limits{});
        const auto expected = whole.load_bytes(as_bytes(bytes), "whole");
        REQUIRE(expected);
        const RawProfile& all = *std::get<const RawProfile*>(*expected);
        std::vector<Sample> samples;
        append_samples(all, samples);

        Loader with_ends(Limits{}, Validation::require, Samples::ends);
        const auto loaded = with_ends.load_bytes(as_bytes(bytes), "ends");
        REQUIRE(loaded);
        const RawProfile& joined = *std::get<const RawProfile*>(*loaded);
        std::vector<Sample> joined_samples;
        append_samples(joined, joined_samples);
        CHECK(joined_samples == samples);
        CHECK(joined.stacks.size() <= all.stacks.size());

        Loader loader(Limits{}, Validation::require, Samples::in_batches);
        const auto content = loader.load_bytes(as_bytes(bytes), "batches");
        REQUIRE(content);
        const RawProfile& tables = *std::get<const RawProfile*>(*content);
        CHECK(tables.sample_count() == 0);
        CHECK(tables.sample_total == all.sample_count());
        CHECK(tables.locations.size() == all.locations.size());
        for (const unsigned threads : {1U, 1U, 2U, 3U, 16U}) {
            std::vector<Sample> walked;
            std::size_t batches = 0;
            REQUIRE(loader.walk_samples(
                [&](const RawSamples& batch) {
                    append_samples(batch, walked);
                    ++batches;
                },
                threads));
            CHECK(walked == samples);
            most_batches = std::max(most_batches, batches);
        }
    }
    CHECK(most_batches > 3);
}

TEST_CASE("A fault in a sample ends the walk, with the error that loading the whole gives") {
    int faults_in_samples = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        CAPTURE(seed);
        std::string bytes = large_profile(seed % 10, 1500);
        // The samples come first: a byte in the front half belongs to one of them, as a rule.
        bytes[(seed * 7919) % (bytes.size() / 2)] ^= static_cast<char>(1 + seed % 255);
        Loader whole(Limits{});
        const auto expected = whole.load_bytes(as_bytes(bytes), "x");
        Loader loader(Limits{}, Validation::require, Samples::in_batches);
        const auto content = loader.load_bytes(as_bytes(bytes), "x");
        const bool has_profile = content && std::holds_alternative<const RawProfile*>(*content);
        const auto threads = static_cast<unsigned>(1 + seed % 3);
        const auto walked = has_profile ? loader.walk_samples([](const RawSamples&) {}, threads) : Result<>();
        REQUIRE((content && walked) == expected.has_value());
        Loader with_ends(Limits{}, Validation::require, Samples::ends);
        const auto loaded = with_ends.load_bytes(as_bytes(bytes), "x");
        REQUIRE(loaded.has_value() == expected.has_value());
        if (!content || walked) continue;
        ++faults_in_samples;
        CHECK(walked.error().message == expected.error().message);
        CHECK(loaded.error().message == expected.error().message);
        CHECK(walked.error().input == "x");
        REQUIRE(walked.error().offset);
        CHECK(walked.error().offset->value == expected.error().offset->value);
        CHECK(walked.error().offset->space == expected.error().offset->space);
    }
    CHECK(faults_in_samples > 10);
}
