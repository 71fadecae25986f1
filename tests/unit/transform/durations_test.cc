#include "pgoprof/transform/durations.h"

#include <catch2/catch.hpp>
#include <vector>

using namespace pgoprof;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

InputDuration original(std::string name, std::int64_t nanos, std::int64_t period = 10'000'000,
                       std::string unit = "nanoseconds") {
    return {.name = std::move(name),
            .summary = {.shortest_nanos = nanos, .longest_nanos = nanos},
            .period = period,
            .period_unit = std::move(unit)};
}

InputDuration partial(std::int64_t shortest, std::int64_t longest) {
    InputDuration input = original("partial", shortest);
    input.summary.inputs = 5;
    input.summary.longest_nanos = longest;
    return input;
}

Result<> check(const std::vector<InputDuration>& inputs, double tolerance = 0.1) {
    return check_durations(inputs, tolerance);
}

}  // namespace

TEST_CASE("Durations within the tolerance of the longest agree") {
    CHECK(check({original("a", 100 * kSecond), original("b", 90 * kSecond), original("c", 95 * kSecond)}));
    CHECK_FALSE(check({original("a", 100 * kSecond), original("b", 90 * kSecond - 1)}));
    CHECK(check({original("a", 7), original("b", 7)}, 0.0));
    CHECK_FALSE(check({original("a", 7), original("b", 8)}, 0.0));
    CHECK(check({original("a", 1), original("b", 100)}, 1.0));
}

TEST_CASE("A disagreement names the extremes and a remedy") {
    const auto result = check({original("a", 30 * kSecond), original("b", 60 * kSecond), original("c", 15 * kSecond)});
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::disagreement);
    CHECK(result.error().message.find("15s (c)") != std::string::npos);
    CHECK(result.error().message.find("60s (b)") != std::string::npos);
    CHECK(result.error().message.find("75%") != std::string::npos);
    CHECK(result.error().remedy.find("--durations=ignore") != std::string::npos);
}

TEST_CASE("A missing duration is a disagreement, except for a single original") {
    CHECK_FALSE(check({original("a", 30), original("b", 0)}));
    CHECK_FALSE(check({original("a", 0), original("b", 0)}));
    CHECK(check({original("a", 0)}));
    CHECK_FALSE(check({partial(0, 30)}));
    CHECK(check({}));
}

TEST_CASE("Merged inputs count with the shortest and longest that went into them") {
    CHECK(check({partial(28, 30), original("a", 29)}));
    CHECK_FALSE(check({partial(20, 30), original("a", 29)}));
    CHECK_FALSE(check({partial(20, 30)}));
}

TEST_CASE("Sampling periods must be equal, in whatever unit") {
    CHECK(check({original("a", 30, 10, "ms"), original("b", 30, 10'000'000, "nanoseconds")}));
    CHECK_FALSE(check({original("a", 30, 10, "ms"), original("b", 30, 5, "ms")}));
    CHECK_FALSE(check({original("a", 30, 10, "ms"), original("b", 30, 10, "bytes")}));
    CHECK_FALSE(check({original("a", 30, INT64_MAX, "s"), original("b", 30, 10, "ns")}));
}

TEST_CASE("Scaled inputs need the same sampling rate only") {
    InputDuration short_one = original("a", 10 * kSecond);
    InputDuration long_one = original("b", 60 * kSecond);
    short_one.summary.scaled = long_one.summary.scaled = true;
    CHECK(check({short_one, long_one}, 0));
    long_one.period = 1;
    const auto result = check({short_one, long_one}, 1);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::disagreement);
}

TEST_CASE("An original input is scaled by a rounded integer, a scaled one by its weight") {
    const auto factor = [](std::int64_t nanos, std::int64_t weight) {
        return scale_factor({.shortest_nanos = nanos, .longest_nanos = nanos}, weight);
    };
    CHECK(*factor(30 * kSecond, 1) == 100);
    CHECK(*factor(30 * kSecond, 7) == 700);
    CHECK(*factor(10 * kSecond, 1) == 300);
    CHECK(*factor(29 * kSecond, 1) == 103);  // 103.4
    CHECK(*factor(31 * kSecond, 1) == 97);   // 96.8
    CHECK(*factor(1, 1) == 3'000'000'000'000);
    CHECK(*factor(INT64_MAX, INT64_MAX) == 3'000'000'000'000);
    // Halves are rounded away from zero.
    CHECK(*factor(2000 * kSecond, 1) == 2);  // 1.5
    CHECK(*factor(1200 * kSecond, 1) == 3);  // 2.5
    CHECK(*factor(1200 * kSecond + 1, 1) == 2);
    CHECK(*factor(6000 * kSecond, 1) == 1);  // 0.5
    CHECK_FALSE(factor(6000 * kSecond + 1, 1));
    CHECK(factor(6000 * kSecond + 1, 1).error().code == ErrorCode::disagreement);
    CHECK(*factor(12'000 * kSecond, 2) == 1);
    CHECK_FALSE(factor(12'000 * kSecond + 1, 2));
    // 9223372036854775807 = 3e12 * 3074457.3...
    CHECK(*factor(1, 3'074'457) == 3'000'000'000'000 * 3'074'457);
    CHECK(factor(1, 3'074'458).error().code == ErrorCode::overflow);
    CHECK(factor(1, INT64_MAX).error().code == ErrorCode::overflow);

    InputSummary merged{.inputs = 3, .shortest_nanos = 5, .longest_nanos = 7, .scaled = true};
    CHECK(*scale_factor(merged, 1) == 1);
    CHECK(*scale_factor(merged, 9) == 9);
    merged.scaled = false;
    const auto unscaled = scale_factor(merged, 1);
    REQUIRE_FALSE(unscaled);
    CHECK(unscaled.error().code == ErrorCode::disagreement);
    CHECK(unscaled.error().remedy.find("originals") != std::string::npos);
    for (const bool scaled : {false, true}) {
        const auto missing = scale_factor({.shortest_nanos = 0, .longest_nanos = 5, .scaled = scaled}, 1);
        REQUIRE_FALSE(missing);
        CHECK(missing.error().code == ErrorCode::disagreement);
    }
}

TEST_CASE("A profile's provenance is its comment's, or its own duration") {
    RawProfile raw;
    raw.strings = {"", "pgoprof/1 inputs=2 failed=1 duration=10..20 scaled=0", "other",
                   "pgoprof/1 inputs=1 failed=0 duration=5..5 scaled=1"};
    raw.duration_nanos = 30;
    CHECK(input_summary(raw) == InputSummary{.shortest_nanos = 30, .longest_nanos = 30});
    raw.comments = {2, 1};
    CHECK(input_summary(raw) == InputSummary{.inputs = 2, .failed = 1, .shortest_nanos = 10, .longest_nanos = 20});
    raw.comments = {1, 3};
    CHECK(input_summary(raw) ==
          InputSummary{.inputs = 3, .failed = 1, .shortest_nanos = 5, .longest_nanos = 20, .scaled = true});
    raw.comments.clear();
    raw.duration_nanos = -1;
    CHECK(input_summary(raw) == InputSummary{});
}

TEST_CASE("Provenance that does not fit the profile's duration makes the durations unknown") {
    RawProfile raw;
    raw.strings = {"", "pgoprof/1 inputs=2 failed=0 duration=10..20 scaled=0",
                   "pgoprof/1 inputs=9223372036854775807 failed=0 duration=10..20 scaled=0"};
    raw.comments = {1};
    for (const std::int64_t fits : {20, 30, 40}) {
        raw.duration_nanos = fits;
        CHECK(input_summary(raw).shortest_nanos == 10);
    }
    for (const std::int64_t misfits : {0, 19, 41}) {
        raw.duration_nanos = misfits;
        CHECK(input_summary(raw) == InputSummary{.inputs = 2, .shortest_nanos = 0, .longest_nanos = 20});
    }
    raw.comments = {2};
    raw.duration_nanos = 30;
    CHECK(input_summary(raw).shortest_nanos == 0);
}

TEST_CASE("Durations are described for people") {
    CHECK(describe_duration({.shortest_nanos = 30 * kSecond, .longest_nanos = 30 * kSecond}) == "30s");
    CHECK(describe_duration({}) == "no duration");
    CHECK(describe_duration(partial(29 * kSecond, 30 * kSecond).summary) == "29s to 30s in 5 inputs");
}
