#include "pgoprof/base/hash.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace pgoprof;

namespace {

/// How many of 65,536 hashes fall into the fullest of as many places, told apart as HashIndex does it.
template <typename HashOf>
int fullest_place(const HashOf& hash_of) {
    constexpr std::uint64_t kKeys = 1 << 16;
    std::vector<int> places(kKeys);
    for (std::uint64_t i = 0; i < kKeys; ++i) ++places[(hash_of(i) >> 32) % kKeys];
    return *std::ranges::max_element(places);
}

}  // namespace

TEST_CASE("Keys made to collide under any multiplier that is known spread like others") {
    constexpr int kMost = 20;  // of random ones it is 8 or 9, and 20 in a run of 10^13
    const auto key = GENERATE(
        as<std::uint64_t (*)(std::uint64_t)>{}, [](std::uint64_t i) { return i; },
        [](std::uint64_t i) { return i << 32; }, [](std::uint64_t i) { return i << 48; },
        // times 0x9e3779b97f4a7c15, the golden ratio's bits, this is i again
        [](std::uint64_t i) { return i * 0xf1de83e19937733d; });
    CHECK(fullest_place([&](std::uint64_t i) { return hash_mix(1, key(i)); }) < kMost);
    CHECK(fullest_place([&](std::uint64_t i) { return hash_mix(hash_mix(1, key(i)), 7); }) < kMost);
}

TEST_CASE("Strings that differ in one byte spread like others, wherever it is") {
    for (const std::size_t place : {0U, 5U, 9U, 20U}) {
        CHECK(fullest_place([&](std::uint64_t i) {
                  std::string text(24, 'x');
                  text[place] = static_cast<char>(i);
                  text[place + 1] = static_cast<char>(i >> 8);
                  return hash_bytes(text);
              }) < 20);
    }
    CHECK(hash_bytes("") != hash_bytes(std::string_view("\0", 1)));
    CHECK(hash_bytes("1234567") != hash_bytes("12345678"));
}
