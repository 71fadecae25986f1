#include "pgoprof/transform/recording_repair.h"

#include <algorithm>
#include <cstring>

namespace pgoprof {

LeafCaller StackRepair::repair(std::vector<PlaceId>& stack, CallersFrom callers) {
    if (stack.empty() || callers == CallersFrom::complete) return LeafCaller::present;
    if (callers == CallersFrom::frame_pointers && !places_.is_frameless(stack[0])) return LeafCaller::present;
    const std::uint64_t leaf = places_.entry(stack[0]);
    if (leaf == CodePlaces::kNoEntry) return LeafCaller::present;
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
    const auto [instructions, is_new] = instructions_.try_emplace(caller);
    if (is_new) direct_calls(binary_, *function, instructions->second);
    for (const CallInstruction& call : instructions->second) {
        if (call.target == leaf || jumps_to(call.target, leaf))
            consider(call.return_address - 1, calls_.samples_at(call.return_address - 1));
    }
    for (const SeenCall& call : calls_.within(function->entry, function->end)) {
        if (call.callee == leaf) consider(call.site, call.samples);
    }
    return best;
}

/// Assembly shares the bodies of functions that differ in how they are called: runtime.memequal ends in a jump to
/// memeqbody.
bool StackRepair::jumps_to(std::uint64_t function, std::uint64_t leaf) {
    const auto [known, is_new] = jumps_.try_emplace(function);
    if (is_new) known->second = find_jumps(function);
    return std::ranges::find(known->second, leaf) != known->second.end();
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
