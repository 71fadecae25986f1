#include "pgoprof/transform/share.h"

#include <catch2/catch.hpp>

using namespace pgoprof;

namespace {

std::int64_t share(std::int64_t samples, std::int64_t weight = 1) {
    return *share_factor({.samples = samples, .cpu_nanos = samples * 10'000'000}, {}, weight);
}

}  // namespace

TEST_CASE("every input of one weight adds up to the same, as exactly as it is said") {
    for (const std::int64_t samples : {1, 2, 3, 7, 100, 2999, 3000, 12'345, 200'000, 19'999'999}) {
        for (const std::int64_t weight : {1, 2, 1000}) {
            const double sum = static_cast<double>(share(samples, weight)) * static_cast<double>(samples);
            const double wanted = 1e8 * static_cast<double>(weight);
            CHECK(std::abs(sum - wanted) <= static_cast<double>(samples) / 2);
        }
    }
    CHECK(share(100'000'000) == 1);
    CHECK(share(200'000'000) == 1);  // half away from zero
    CHECK(share(0) == 1);
    CHECK(share(0, 5) == 5);
}

TEST_CASE("CPU time does where there are no samples") {
    CHECK(share_factor({.cpu_nanos = 30'000'000'000}, {}, 1) == share(3000));
    CHECK(share_factor({}, {}, 1).error().code == ErrorCode::invalid_content);
}

TEST_CASE("what is scaled already is not scaled again") {
    CHECK(share_factor({.samples = 1}, {.inputs = 3, .scaled = true}, 2) == 2);
    CHECK(share_factor({.samples = 1}, {.inputs = 3}, 1).error().code == ErrorCode::disagreement);
}

TEST_CASE("shares that cannot be had are errors") {
    CHECK(share_factor({.samples = 200'000'001}, {}, 1).error().code == ErrorCode::disagreement);
    CHECK(share_factor({.samples = 1}, {}, INT64_MAX).error().code == ErrorCode::overflow);
    CHECK(share_factor({.samples = 1}, {}, INT64_MAX / kShareSamples));
}
