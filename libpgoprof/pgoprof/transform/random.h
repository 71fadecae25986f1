// Chance that is the same on every machine.
#pragma once

#include <cstdint>

namespace pgoprof {

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, figure 15).
class SplitMix64 {
public:
    explicit SplitMix64(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

private:
    std::uint64_t state_;
};

/// Heads among fair coins. A coin is one random bit, so up to 256 coins the distribution is exact. Beyond, it is that
/// of 256 coins, smoothed to a continuous one and stretched to the right mean and variance: the normal distribution,
/// but for tails beyond 16 standard deviations. Only operations that IEEE 754 defines to the last bit are used.
class FairCoins {
public:
    explicit FairCoins(std::uint64_t seed) : random_(seed) {}

    /// From 0 to `coins`, which is not negative.
    std::int64_t heads(std::int64_t coins) {
        return coins <= kExact ? count(static_cast<unsigned>(coins)) : count_approximately(coins);
    }

private:
    static constexpr int kExact = 256;

    /// As std::popcount, which without the processor's own instruction is a call and several times as slow.
    static int ones(std::uint64_t word) {
        word -= (word >> 1) & 0x5555555555555555;
        word = (word & 0x3333333333333333) + ((word >> 2) & 0x3333333333333333);
        word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
        return static_cast<int>((word * 0x0101010101010101) >> 56);
    }

    int count(unsigned coins) {
        int heads = 0;
        for (; coins >= 64; coins -= 64) heads += ones(random_.next());
        if (coins > bits_left_) {
            bits_ = random_.next();  // what was left is lost, which is simpler than to use it up
            bits_left_ = 64;
        }
        heads += ones(bits_ & ((std::uint64_t{1} << coins) - 1));
        bits_ >>= coins;
        bits_left_ -= coins;
        return heads;
    }

    std::int64_t count_approximately(std::int64_t coins);

    SplitMix64 random_;
    std::uint64_t bits_ = 0;  ///< random ones that are not used yet, from the lowest
    unsigned bits_left_ = 0;
};

}  // namespace pgoprof
