#include "pgoprof/transform/recording_calls.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "pgoprof/base/hash.h"

namespace pgoprof {

namespace {

constexpr std::array kSetFramePointer{std::byte{0x48}, std::byte{0x89}, std::byte{0xe5}};  // mov rbp, rsp

}  // namespace

bool is_frameless(const GoBinary& binary, std::uint64_t address) {
    const std::optional<std::int64_t> delta = binary.stack_delta(address);
    if (!delta) return false;
    if (*delta == 0) return true;
    return *delta == 8 && std::ranges::equal(binary.code(address, kSetFramePointer.size()), kSetFramePointer);
}

void SeenCalls::learn(std::span<const std::uint64_t> stack, CallersFrom callers, std::uint64_t samples) {
    for (std::size_t i = 0; i < stack.size(); ++i) {
        const std::optional<std::uint64_t> callee = entry_of(stack[i]);
        if (!callee || i + 1 == stack.size()) continue;
        const bool may_be_lost = i == 0 && callers == CallersFrom::frame_pointers;
        if (may_be_lost && is_frameless(binary_, stack[0])) continue;
        add({.site = stack[i + 1], .callee = *callee, .samples = samples});
    }
}

std::optional<std::uint64_t> SeenCalls::entry_of(std::uint64_t address) {
    const std::uint32_t id = place_index_.find_or_insert(
        hash_mix(1, address), [&](std::uint32_t known) { return places_[known].address == address; },
        [&] {
            places_.push_back({.address = address, .entry = binary_.entry_at(address)});
            return static_cast<std::uint32_t>(places_.size() - 1);
        });
    return places_[id].entry;
}

void SeenCalls::add(const SeenCall& call) {
    const auto is_same = [&](std::uint32_t id) {
        return calls_[id].site == call.site && calls_[id].callee == call.callee;
    };
    const std::uint32_t id = call_index_.find_or_insert(hash_mix(hash_mix(1, call.site), call.callee), is_same, [&] {
        calls_.push_back({.site = call.site, .callee = call.callee});
        return static_cast<std::uint32_t>(calls_.size() - 1);
    });
    calls_[id].samples += call.samples;
}

void SeenCalls::finish() {
    std::ranges::sort(calls_, {}, [](const SeenCall& call) { return std::tuple(call.site, call.callee); });
    call_index_ = {};
    for (const Place& place : places_) {
        if (place.entry) functions_.push_back(*place.entry);
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
