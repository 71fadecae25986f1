#include "pgoprof/transform/units.h"

#include <catch2/catch.hpp>

using pgoprof::common_unit;

namespace {

void check(std::string_view a, std::string_view b, std::string_view unit, std::int64_t factor_a,
           std::int64_t factor_b) {
    CAPTURE(a, b);
    const auto common = common_unit(a, b);
    REQUIRE(common);
    CHECK(common->unit == unit);
    CHECK(common->first_factor == factor_a);
    CHECK(common->second_factor == factor_b);
    const auto swapped = common_unit(b, a);
    REQUIRE(swapped);
    CHECK(swapped->unit == unit);
    CHECK(swapped->first_factor == factor_b);
    CHECK(swapped->second_factor == factor_a);
}

}  // namespace

TEST_CASE("Units come to the finer one, spellings to the smaller") {
    check("nanoseconds", "nanoseconds", "nanoseconds", 1, 1);
    check("seconds", "ns", "ns", 1'000'000'000, 1);
    check("ms", "microseconds", "microseconds", 1000, 1);
    check("\u03bcs", "ms", "\u03bcs", 1, 1000);
    check("hours", "s", "s", 3600, 1);
    check("MB", "kilobytes", "kilobytes", 1024, 1);
    check("ns", "Nanoseconds", "Nanoseconds", 1, 1);
    check("count", "count", "count", 1, 1);
    check("", "", "", 1, 1);
}

TEST_CASE("Units of different things, and unknown ones, do not convert") {
    CHECK_FALSE(common_unit("bytes", "ns"));
    CHECK_FALSE(common_unit("count", "samples"));
    CHECK_FALSE(common_unit("", "ns"));
    CHECK_FALSE(common_unit("count", "counts"));
}
