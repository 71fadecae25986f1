// Chance in a collection: which sources a round asks, in which order, and when.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace pgoprof {

/// How many of its sources a round asks.
struct Sampling {
    std::optional<std::uint64_t> count{};
    double fraction = 1;  ///< rounded up to whole sources

    /// At most `sources`.
    std::size_t of(std::size_t sources) const;
};

/// Decides by drawing lots. What a lot says depends on the seed, the round and the source's name, and on nothing else:
/// a run that is resumed makes the same choices, and a source that comes or goes does not change those of others.
class Schedule {
public:
    explicit Schedule(std::uint64_t seed) : seed_(seed) {}

    /// The positions of the sources that round number `round` asks, in the order in which it does.
    std::vector<std::size_t> order(std::uint64_t round, std::span<const std::string_view> names,
                                   const Sampling& sampling) const;

    /// How long after the round's beginning a source is asked: less than `spread`.
    std::chrono::milliseconds delay(std::uint64_t round, std::string_view name, std::chrono::milliseconds spread) const;

    /// From 0 to 1, which is not reached: how much of the longest wait is waited after that many failed attempts.
    double wait(std::uint64_t round, std::string_view name, std::uint64_t attempts) const;

private:
    enum class Lot : std::uint8_t { order, delay, wait };

    std::uint64_t draw(Lot lot, std::uint64_t round, std::string_view name, std::uint64_t attempts = 0) const;

    std::uint64_t seed_;
};

}  // namespace pgoprof
