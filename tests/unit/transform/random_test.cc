#include "pgoprof/transform/random.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <vector>

using pgoprof::FairCoins;
using pgoprof::SplitMix64;

namespace {

constexpr int kDraws = 100'000;

double binomial_probability(int n, int k) {
    return std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) - n * std::log(2.0));
}

}  // namespace

TEST_CASE("SplitMix64 gives the sequence that its definition gives") {
    // Computed from the definition with Python's integers.
    SplitMix64 random(1234567);
    CHECK(random.next() == 6457827717110365317u);
    CHECK(random.next() == 3203168211198807973u);
    CHECK(random.next() == 9817491932198370423u);
}

TEST_CASE("A few coins fall as the binomial distribution says") {
    for (const int coins : {1, 2, 7, 63, 64, 65, 200, 256}) {
        CAPTURE(coins);
        FairCoins random(static_cast<std::uint64_t>(coins));
        std::map<std::int64_t, int> seen;
        for (int i = 0; i < kDraws; ++i) ++seen[random.heads(coins)];
        double chi_squared = 0.0;
        int cells = 0;
        for (int k = 0; k <= coins; ++k) {
            const double expected = kDraws * binomial_probability(coins, k);
            if (expected < 5) continue;
            chi_squared += (seen[k] - expected) * (seen[k] - expected) / expected;
            ++cells;
        }
        CHECK(chi_squared < cells + 5 * std::sqrt(2.0 * cells));  // its mean and standard deviation
        CHECK(seen.begin()->first >= 0);
        CHECK(seen.rbegin()->first <= coins);
    }
}

TEST_CASE("Many coins fall as the normal distribution says") {
    for (const std::int64_t coins : {257L, 1000L, 1'000'001L, 3'000'000'000'000L}) {
        CAPTURE(coins);
        FairCoins random(static_cast<std::uint64_t>(coins));
        const double deviation = std::sqrt(static_cast<double>(coins)) / 2;
        std::vector<double> draws;
        double sum = 0.0;
        double squares = 0.0;
        int within_one = 0;
        int within_two = 0;
        for (int i = 0; i < kDraws; ++i) {
            const double z = (static_cast<double>(random.heads(coins)) - static_cast<double>(coins) / 2) / deviation;
            sum += z;
            squares += z * z;
            within_one += std::abs(z) <= 1 ? 1 : 0;
            within_two += std::abs(z) <= 2 ? 1 : 0;
        }
        const double lattice = coins > 100'000 ? 0.0 : 0.4 / deviation;  // bounds fall between whole numbers
        CHECK(std::abs(sum / kDraws) < 0.015);                           // 5 standard errors
        CHECK(std::abs(squares / kDraws - 1) < 0.025);
        CHECK(std::abs(within_one / double{kDraws} - 0.6827) < 0.008 + lattice);
        CHECK(std::abs(within_two / double{kDraws} - 0.9545) < 0.004 + lattice);
    }
}

TEST_CASE("Draws do not depend on each other") {
    FairCoins random(1);
    double product = 0.0;
    double before = 0.0;
    for (int i = 0; i < kDraws; ++i) {
        const double now = static_cast<double>(random.heads(5)) - 2.5;
        product += before * now;
        before = now;
    }
    CHECK(std::abs(product / kDraws / 1.25) < 0.016);  // 5 standard errors of a correlation of 0
}

TEST_CASE("No coins have no heads, and the most have a number that fits") {
    FairCoins random(3);
    CHECK(random.heads(0) == 0);
    for (int i = 0; i < 1000; ++i) {
        const std::int64_t heads = random.heads(INT64_MAX);
        CHECK(std::abs(static_cast<double>(heads) / static_cast<double>(INT64_MAX) - 0.5) < 1e-8);
    }
}
