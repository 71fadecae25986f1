#include "pgoprof/transform/recording_repair.h"

#include <algorithm>
#include <cstring>

namespace pgoprof {

bool StackRepair::may_lack_caller(std::span<const PlaceId> stack, CallersFrom callers) const {
    if (stack.empty() || callers == CallersFrom::complete) return false;
    if (callers == CallersFrom::frame_pointers && !places_.is_frameless(stack[0])) return false;
    return places_.entry(stack[0]) != CodePlaces::kNoEntry;
}

LeafCaller StackRepair::repair(std::vector<PlaceId>& stack) {
    const std::uint64_t leaf = places_.entry(stack[0]);
    const Site site = stack.size() > 1 ? between(places_.address(stack[1]), leaf) : only_caller(leaf);
    if (!site && stack.size() > 1 && calls_it(places_.address(stack[1]), leaf)) return LeafCaller::present;
    if (!site) {
        stack.resize(1);
        return LeafCaller::unknown;
    }
    stack.insert(stack.begin() + 1, places_.intern(*site));
    return LeafCaller::repaired;
}

/// Not all chains come from frame pointers alone.
bool StackRepair::calls_it(std::uint64_t site, std::uint64_t leaf) {
    const std::optional<std::uint64_t> target = call_target(binary_, site + 1);
    return target && (*target == leaf || jumps_to(*target, leaf));
}

StackRepair::Site StackRepair::between(std::uint64_t site, std::uint64_t leaf) {
    const auto [known, is_new] = between_.try_emplace({site, leaf});
    if (is_new) known->second = find_between(site, leaf);
    return known->second;
}

StackRepair::Site StackRepair::find_between(std::uint64_t site, std::uint64_t leaf) {
    for (const std::uint64_t caller : called_at(site)) {
        if (const Site found = call_in(caller, leaf)) return found;
    }
    return std::nullopt;
}

/// What a call leads to: its target, or what it was seen to lead to, the most frequent first.
std::vector<std::uint64_t> StackRepair::called_at(std::uint64_t site) const {
    if (const std::optional<std::uint64_t> target = call_target(binary_, site + 1)) return {*target};
    const std::span<const SeenCall> seen = calls_.at(site);
    std::vector<SeenCall> calls(seen.begin(), seen.end());
    std::ranges::stable_sort(calls, std::greater{}, &SeenCall::samples);
    std::vector<std::uint64_t> called;
    called.reserve(calls.size());
    for (const SeenCall& call : calls) called.push_back(call.callee);
    return called;
}

StackRepair::Site StackRepair::only_caller(std::uint64_t leaf) {
    const auto [known, is_new] = only_callers_.try_emplace(leaf);
    if (is_new) known->second = find_only_caller(leaf);
    return known->second;
}

StackRepair::Site StackRepair::find_only_caller(std::uint64_t leaf) {
    Site only;
    for (const std::uint64_t function : calls_.functions()) {
        const Site found = call_in(function, leaf);
        if (found && only) return std::nullopt;
        if (found) only = found;
    }
    return only;
}

StackRepair::Site StackRepair::call_in(std::uint64_t caller, std::uint64_t leaf) {
    const std::optional<CodeFunction> function = binary_.function_at(caller);
    if (!function) return std::nullopt;
    Site best;
    std::uint64_t best_samples = 0;
    const auto consider = [&](std::uint64_t site, std::uint64_t samples) {
        if (best && samples <= best_samples) return;
        best = site;
        best_samples = samples;
    };
    for (const DirectCall& call : direct_calls_of(*function)) {
        if (call.callee == leaf) consider(call.site, calls_.samples_at(call.site));
    }
    for (const SeenCall& call : calls_.within(function->entry, function->end)) {
        if (call.callee == leaf) consider(call.site, call.samples);
    }
    return best;
}

const std::vector<StackRepair::DirectCall>& StackRepair::direct_calls_of(const CodeFunction& function) {
    const auto [known, is_new] = direct_calls_.try_emplace(function.entry);
    std::vector<DirectCall>& calls = known->second;
    if (!is_new) return calls;
    direct_calls(binary_, function, instructions_);
    for (const CallInstruction& call : instructions_) {
        const std::uint64_t site = call.return_address - 1;
        calls.push_back({.site = site, .callee = call.target});
        for (const std::uint64_t target : jumps_of(call.target)) calls.push_back({.site = site, .callee = target});
    }
    return calls;
}

/// Assembly shares the bodies of functions that differ in how they are called: runtime.memequal ends in a jump to
/// memeqbody.
bool StackRepair::jumps_to(std::uint64_t function, std::uint64_t leaf) {
    const std::vector<std::uint64_t>& targets = jumps_of(function);
    return std::ranges::find(targets, leaf) != targets.end();
}

const std::vector<std::uint64_t>& StackRepair::jumps_of(std::uint64_t function) {
    const auto [known, is_new] = jumps_.try_emplace(function);
    if (is_new) known->second = find_jumps(function);
    return known->second;
}

std::vector<std::uint64_t> StackRepair::find_jumps(std::uint64_t function) const {
    constexpr std::byte kJump{0xe9};  // and 32 bits: how far the target is from the next instruction
    constexpr std::size_t kJumpSize = 5;
    constexpr std::size_t kLongest = 256;
    std::vector<std::uint64_t> targets;
    const std::optional<CodeFunction> from = binary_.function_at(function);
    if (!from || from->end - from->entry > kLongest) return targets;
    const ByteView code = binary_.code(from->entry, from->end - from->entry);
    for (std::size_t at = 0; at + kJumpSize <= code.size(); ++at) {
        if (code[at] != kJump) continue;
        std::int32_t distance = 0;
        std::memcpy(&distance, code.data() + at + 1, sizeof distance);
        targets.push_back(from->entry + at + kJumpSize + static_cast<std::uint64_t>(std::int64_t{distance}));
    }
    return targets;
}

}  // namespace pgoprof
