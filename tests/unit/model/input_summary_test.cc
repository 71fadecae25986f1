#include "pgoprof/model/input_summary.h"

#include <catch2/catch.hpp>
#include <limits>

using namespace pgoprof;

TEST_CASE("A summary survives its comment") {
    const InputSummary summary{
        .inputs = 3, .failed = 2, .shortest_nanos = 30'000'000'000, .longest_nanos = 30'100'000'000, .scaled = true};
    CHECK(format_input_summary(summary) == "pgoprof/1 inputs=3 failed=2 duration=30000000000..30100000000 scaled=1");
    CHECK(parse_input_summary(format_input_summary(summary)) == summary);
    CHECK(parse_input_summary(format_input_summary({})) == InputSummary{});
}

TEST_CASE("Only the exact form is provenance") {
    for (const char* const comment : {
             "",
             "pgoprof/1",
             "pgoprof/1 inputs=3 failed=0 duration=1..2",
             "pgoprof/1 inputs=3 failed=0 duration=1..2 scaled=2",
             "pgoprof/1 inputs=3 failed=0 duration=1..2 scaled=0 ",
             " pgoprof/1 inputs=3 failed=0 duration=1..2 scaled=0",
             "pgoprof/1 inputs=03 failed=0 duration=1..2 scaled=0",
             "pgoprof/1 inputs=+3 failed=0 duration=1..2 scaled=0",
             "pgoprof/1 inputs=0 failed=0 duration=1..2 scaled=0",
             "pgoprof/1 inputs=3 failed=0 duration=-1..2 scaled=0",
             "pgoprof/1 inputs=3 failed=0 duration=3..2 scaled=0",
             "pgoprof/1 inputs=18446744073709551616 failed=0 duration=1..2 scaled=0",
             "pgoprof/2 inputs=3 failed=0 duration=1..2 scaled=0",
         }) {
        CAPTURE(comment);
        CHECK_FALSE(parse_input_summary(comment));
    }
}

TEST_CASE("Summaries combine in any grouping, and claims without end stay at the top") {
    const InputSummary a{.inputs = 2, .failed = 1, .shortest_nanos = 5, .longest_nanos = 9};
    const InputSummary b{.inputs = std::numeric_limits<std::uint64_t>::max(), .longest_nanos = 3, .scaled = true};
    const InputSummary c{.inputs = 7, .shortest_nanos = 4, .longest_nanos = 12};
    CHECK(combine(a, b) == combine(b, a));
    CHECK(combine(combine(a, b), c) == combine(a, combine(b, c)));
    CHECK(combine(a, c) == InputSummary{.inputs = 9, .failed = 1, .shortest_nanos = 4, .longest_nanos = 12});
    CHECK(combine(a, b).inputs == std::numeric_limits<std::uint64_t>::max());
    CHECK(combine(a, b).shortest_nanos == 0);
}
