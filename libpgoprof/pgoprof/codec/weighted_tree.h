// Stacks that share their beginnings, with what was counted in each.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "pgoprof/base/hash_index.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"

namespace pgoprof {

/// A node is a stack: its parent's with one frame more. Frames are the caller's own numbers. However often deep stacks
/// come and go, each takes memory once. Errors: limit_exceeded (PGO106), overflow (PGO126).
class WeightedTree {
public:
    static constexpr std::uint32_t kRoot = 0;

    WeightedTree(std::size_t columns, const Limits& limits, Budget& budget)
        : columns_(columns), limits_(limits), budget_(budget) {}

    Result<std::uint32_t> child(std::uint32_t parent, std::uint32_t frame);
    Result<> add(std::uint32_t node, std::size_t column, std::int64_t value);

    std::uint32_t parent(std::uint32_t node) const { return nodes_[node].parent; }
    std::uint32_t frame(std::uint32_t node) const { return nodes_[node].frame; }

    /// Frames leaf first, a value for each column.
    using VisitStack =
        std::function<Result<>(std::span<const std::uint32_t> frames, std::span<const std::int64_t> values)>;

    /// All stacks with a value that is not 0, in the order in which they came first.
    Result<> visit(const VisitStack& visit) const;

private:
    struct Node {
        std::uint32_t parent = 0;
        std::uint32_t frame = 0;
        std::uint32_t depth = 0;
    };

    std::size_t columns_;
    const Limits& limits_;
    Budget& budget_;
    std::vector<Node> nodes_{Node{}};
    std::vector<std::int64_t> values_;  ///< of each node but the root
    HashIndex index_;
};

}  // namespace pgoprof
