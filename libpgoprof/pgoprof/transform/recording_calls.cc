#include "pgoprof/transform/recording_calls.h"

#include <algorithm>
#include <tuple>

#include "pgoprof/base/hash.h"

namespace pgoprof {

// Farther from the leaf there is little to learn that nearer places of other stacks do not show.
namespace {
constexpr std::size_t kNearLeaf = 16;
}

void SeenCalls::learn(std::span<const PlaceId> stack, CallersFrom callers, std::uint64_t samples) {
    if (latest_.size() < places_.size()) latest_.resize(places_.size());
    const std::size_t calls = std::min(stack.size(), kNearLeaf + 1);
    for (std::size_t i = 0; i + 1 < calls; ++i) {
        const std::uint64_t callee = places_.entry(stack[i]);
        if (callee == CodePlaces::kNoEntry) continue;
        const bool may_be_lost = i == 0 && callers == CallersFrom::frame_pointers;
        if (may_be_lost && places_.is_frameless(stack[0])) continue;
        LatestCall& latest = latest_[stack[i + 1].value];
        if (latest.callee != callee) latest = {.callee = callee, .id = intern(places_.address(stack[i + 1]), callee)};
        calls_[latest.id].samples += samples;
    }
}

std::uint32_t SeenCalls::intern(std::uint64_t site, std::uint64_t callee) {
    const auto is_same = [&](std::uint32_t id) { return calls_[id].site == site && calls_[id].callee == callee; };
    return index_.find_or_insert(hash_mix(hash_mix(1, site), callee), is_same, [&] {
        calls_.push_back({.site = site, .callee = callee});
        return static_cast<std::uint32_t>(calls_.size() - 1);
    });
}

void SeenCalls::finish() {
    std::ranges::sort(calls_, {}, [](const SeenCall& call) { return std::tuple(call.site, call.callee); });
    index_ = {};
    latest_ = {};
    for (std::uint32_t id = 0; id < places_.size(); ++id) {
        const std::uint64_t entry = places_.entry(PlaceId{id});
        if (entry != CodePlaces::kNoEntry) functions_.push_back(entry);
    }
    std::ranges::sort(functions_);
    const auto repeated = std::ranges::unique(functions_);
    functions_.erase(repeated.begin(), repeated.end());
}

std::span<const SeenCall> SeenCalls::within(std::uint64_t begin, std::uint64_t end) const {
    const auto first = std::ranges::lower_bound(calls_, begin, {}, &SeenCall::site);
    const auto last = std::ranges::lower_bound(first, calls_.end(), end, {}, &SeenCall::site);
    return {first, last};
}

std::uint64_t SeenCalls::samples_at(std::uint64_t site) const {
    std::uint64_t samples = 0;
    for (const SeenCall& call : at(site)) samples += call.samples;
    return samples;
}

}  // namespace pgoprof
