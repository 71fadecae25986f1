#include "pgoprof/transform/recording_repair.h"

#include <algorithm>
#include <array>
#include <optional>

namespace pgoprof {

namespace {

constexpr std::array kSetFramePointer{std::byte{0x48}, std::byte{0x89}, std::byte{0xe5}};  // mov rbp, rsp

}  // namespace

bool ChainRepair::is_frameless(std::uint64_t address) const {
    const std::optional<std::int64_t> delta = binary_.stack_delta(address);
    if (!delta) return false;
    if (*delta == 0) return true;
    return *delta == 8 && std::ranges::equal(binary_.code(address, kSetFramePointer.size()), kSetFramePointer);
}

void ChainRepair::learn(std::span<const std::uint64_t> stack, std::uint64_t samples) {
    for (const std::uint64_t address : stack.subspan(std::min<std::size_t>(stack.size(), 1))) seen_[address] += samples;
}

LeafCaller ChainRepair::repair(std::vector<std::uint64_t>& stack) const {
    if (stack.empty() || !is_frameless(stack[0])) return LeafCaller::present;
    const std::optional<CodeFunction> leaf = binary_.function_at(stack[0]);
    if (!leaf || leaf->is_top_frame) return LeafCaller::present;
    if (stack.size() > 1) {
        const std::optional<std::uint64_t> target = call_target(binary_, stack[1] + 1);
        const std::optional<CodeFunction> caller = target ? binary_.function_at(*target) : std::nullopt;
        if (const auto site = caller ? call_site(*caller, *leaf) : std::nullopt) {
            stack.insert(stack.begin() + 1, *site);
            return LeafCaller::repaired;
        }
    }
    stack.resize(1);
    return LeafCaller::unknown;
}

// Of several calls the one that other samples were in most often; the first of equals.
std::optional<std::uint64_t> ChainRepair::call_site(const CodeFunction& caller, const CodeFunction& callee) const {
    std::vector<CallInstruction> calls;
    direct_calls(binary_, caller, calls);
    std::erase_if(calls, [&](const CallInstruction& call) { return call.target != callee.entry; });
    const auto best = std::ranges::max_element(
        calls, {}, [&](const CallInstruction& call) { return times_seen(call.return_address - 1); });
    if (best == calls.end()) return std::nullopt;
    return best->return_address - 1;
}

std::uint64_t ChainRepair::times_seen(std::uint64_t call) const {
    const auto found = seen_.find(call);
    return found == seen_.end() ? 0 : found->second;
}

}  // namespace pgoprof
