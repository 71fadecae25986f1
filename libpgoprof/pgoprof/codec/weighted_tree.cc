#include "pgoprof/codec/weighted_tree.h"

#include <algorithm>

#include "pgoprof/base/checked.h"
#include "pgoprof/codec/budgeted_builder.h"

namespace pgoprof {

Result<std::uint32_t> WeightedTree::child(std::uint32_t parent, std::uint32_t frame) {
    const std::uint64_t bytes = 2 * (sizeof(Node) + columns_ * sizeof(std::int64_t)) + 32;
    if (!budget_.charge(bytes)) return fail(no_memory("the stacks need more memory than a file of this size may"));
    const std::uint32_t depth = nodes_[parent].depth + 1;
    if (depth > limits_.stack_depth) return fail(too_large("a stack of too many frames"));
    bool is_new = false;
    const auto is_wanted = [&](std::uint32_t id) { return nodes_[id].parent == parent && nodes_[id].frame == frame; };
    const auto append = [&] {
        is_new = true;
        nodes_.push_back({parent, frame, depth});
        values_.resize(values_.size() + columns_);
        return static_cast<std::uint32_t>(nodes_.size() - 1);
    };
    const std::uint32_t node = index_.find_or_insert(hash_mix(hash_mix(1, parent), frame), is_wanted, append);
    if (!is_new) budget_.refund(bytes);
    return node;
}

Result<> WeightedTree::add(std::uint32_t node, std::size_t column, std::int64_t value) {
    if (node == kRoot) return {};
    if (add_checked(values_[(node - 1) * columns_ + column], value)) return {};
    return fail({.code = ErrorCode::overflow, .message = "a sum of values overflows 64 bits", .rule = "PGO126"});
}

Result<> WeightedTree::visit(const VisitStack& visit) const {
    std::vector<std::uint32_t> frames;
    for (std::uint32_t leaf = 1; leaf < nodes_.size(); ++leaf) {
        const auto values = std::span(values_).subspan((leaf - 1) * columns_, columns_);
        if (std::ranges::all_of(values, [](std::int64_t value) { return value == 0; })) continue;
        frames.clear();
        for (std::uint32_t node = leaf; node != kRoot; node = nodes_[node].parent) frames.push_back(nodes_[node].frame);
        if (auto visited = visit(frames, values); !visited) return visited;
    }
    return {};
}

}  // namespace pgoprof
