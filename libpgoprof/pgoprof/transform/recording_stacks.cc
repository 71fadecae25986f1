#include "pgoprof/transform/recording_stacks.h"

#include <algorithm>
#include <functional>
#include <ranges>
#include <utility>

#include "pgoprof/base/checked.h"
#include "pgoprof/base/parallel.h"

namespace pgoprof {

std::uint64_t PlaceStacks::hash_of(std::span<const PlaceId> places) {
    std::uint64_t hash = kNoPlaces;
    for (const PlaceId place : places | std::views::reverse) hash = hash_with(hash, place);
    return hash;
}

Result<> PlaceStacks::add(std::span<const PlaceId> places, CallersFrom callers, const Totals& totals) {
    return add(places, hash_of(places), callers, totals);
}

Result<> PlaceStacks::add(std::span<const PlaceId> places, std::uint64_t hash, CallersFrom callers,
                          const Totals& totals) {
    const auto is_same = [&](std::uint32_t id) {
        return records_[id].callers == callers && std::ranges::equal(this->places(id), places);
    };
    const auto append = [&] {
        records_.push_back(
            {.places = keep(places), .count = static_cast<std::uint32_t>(places.size()), .callers = callers});
        return static_cast<std::uint32_t>(records_.size() - 1);
    };
    Totals& sums = records_[index_.find_or_insert(hash_of(hash, callers), is_same, append)].totals;
    if (add_checked(sums.samples, totals.samples) && add_checked(sums.periods, totals.periods)) return {};
    return fail({.code = ErrorCode::overflow, .message = "a sum of periods overflows 64 bits", .rule = "PGO126"});
}

const PlaceId* PlaceStacks::keep(std::span<const PlaceId> places) {
    constexpr std::size_t kSmallestBlock = 4096;
    constexpr std::size_t kLargestBlock = kHugePage / sizeof(PlaceId);
    if (blocks_.empty() || blocks_.back().capacity() - blocks_.back().size() < places.size()) {
        const std::size_t next =
            blocks_.empty() ? kSmallestBlock : std::min(2 * blocks_.back().capacity(), kLargestBlock);
        blocks_.emplace_back().reserve(std::max(next, places.size()));
    }
    auto& block = blocks_.back();
    const std::size_t begin = block.size();
    block.insert(block.end(), places.begin(), places.end());
    frame_count_ += places.size();
    return block.data() + begin;
}

void PlaceStacks::release_before(std::size_t i) {
    const PlaceId* const places = records_[i].places;
    const auto holds = [&](const auto& block) {  // an empty stack may stand at the end
        const std::less_equal<const PlaceId*> no_later;
        return no_later(block.data(), places) && no_later(places, block.data() + block.size());
    };
    while (!holds(blocks_[released_])) blocks_[released_++] = {};
}

Result<> PlaceStacksQueue::add(std::span<const PlaceId> places, std::uint64_t hash, CallersFrom callers,
                               const PlaceStacks::Totals& totals) {
    filling_.stacks.push_back(
        {.hash = hash, .count = static_cast<std::uint32_t>(places.size()), .callers = callers, .totals = totals});
    filling_.places.insert(filling_.places.end(), places.begin(), places.end());
    return filling_.stacks.size() < kBatch ? Result<>() : add_filled();
}

Result<> PlaceStacksQueue::finish() {
    if (auto added = add_filled(); !added) return added;
    return added_.get();
}

Result<> PlaceStacksQueue::add_filled() {
    if (added_.valid()) {
        if (auto added = added_.get(); !added) return added;
    }
    std::swap(filling_, adding_);
    filling_.stacks.clear();
    filling_.places.clear();
    added_ = start([this] { return add_adding(); });
    return {};
}

Result<> PlaceStacksQueue::add_adding() {
    constexpr std::size_t kAhead = 16;
    std::span<const PlaceId> places(adding_.places);
    for (std::size_t i = 0; i < adding_.stacks.size(); ++i) {
        if (i + kAhead < adding_.stacks.size()) {
            const Stack& ahead = adding_.stacks[i + kAhead];
            stacks_.prefetch(ahead.hash, ahead.callers);
        }
        const auto& [hash, count, callers, totals] = adding_.stacks[i];
        if (auto added = stacks_.add(places.first(count), hash, callers, totals); !added) return added;
        places = places.subspan(count);
    }
    return {};
}

}  // namespace pgoprof
