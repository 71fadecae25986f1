// Direct calls in machine code.
#include <cstring>

#include "pgoprof/binary/go_binary.h"
#include "pgoprof/binary/reader.h"

namespace pgoprof {
namespace {

constexpr std::size_t kX86CallSize = 5;  // e8 and 32 bits: how far the target is from the next instruction
constexpr std::byte kX86Call{0xe8};
constexpr std::size_t kArmCallSize = 4;  // bl: six bits, and 26: how many instructions away the target is

std::uint64_t x86_target(ByteView code, std::size_t at, std::uint64_t address) {
    const std::int64_t distance = *read_at<std::int32_t>(code, at + 1);
    return address + kX86CallSize + static_cast<std::uint64_t>(distance);
}

std::optional<std::uint64_t> arm_target(ByteView code, std::size_t at, std::uint64_t address) {
    const std::uint32_t instruction = *read_at<std::uint32_t>(code, at);
    if (instruction >> 26 != 0b100101) return std::nullopt;
    const auto distance = static_cast<std::int32_t>(instruction << 6) >> 4;
    return address + static_cast<std::uint64_t>(std::int64_t{distance});
}

bool is_entry(const GoBinary& binary, std::uint64_t address) { return binary.entry_at(address) == address; }

void x86_calls(const GoBinary& binary, std::uint64_t begin, ByteView code, std::vector<CallInstruction>& calls) {
    for (std::size_t at = 0; at + kX86CallSize <= code.size(); ++at) {
        const void* found = std::memchr(code.data() + at, std::to_integer<int>(kX86Call), code.size() - at);
        if (found == nullptr) return;
        at = static_cast<std::size_t>(static_cast<const std::byte*>(found) - code.data());
        if (at + kX86CallSize > code.size()) return;
        const std::uint64_t address = begin + at;
        const std::uint64_t target = x86_target(code, at, address);
        if (!is_entry(binary, target)) continue;
        calls.push_back({.address = address, .return_address = address + kX86CallSize, .target = target});
        at += kX86CallSize - 1;
    }
}

void arm_calls(const GoBinary& binary, std::uint64_t begin, ByteView code, std::vector<CallInstruction>& calls) {
    for (std::size_t at = 0; at + kArmCallSize <= code.size(); at += kArmCallSize) {
        const auto target = arm_target(code, at, begin + at);
        if (!target || !is_entry(binary, *target)) continue;
        calls.push_back({.address = begin + at, .return_address = begin + at + kArmCallSize, .target = *target});
    }
}

/// Of the indirect call that `code` begins with: ff /2, its operand and what that needs; 0 if it is none.
std::size_t indirect_call_size(ByteView code) {
    if (code.size() < 2 || code[0] != std::byte{0xff}) return 0;
    const auto operand = std::to_integer<unsigned>(code[1]);
    const unsigned mode = operand >> 6;
    const unsigned base = operand & 7;
    if ((operand >> 3 & 7) != 2) return 0;
    if (mode == 3) return 2;
    const bool is_scaled = base == 4;
    if (is_scaled && code.size() < 3) return 0;
    const unsigned address_base = is_scaled ? std::to_integer<unsigned>(code[2]) & 7 : base;
    const std::size_t size = is_scaled ? 3 : 2;
    if (mode == 1) return size + 1;
    return mode == 2 || address_base == 5 ? size + 4 : size;
}

}  // namespace

void direct_calls(const GoBinary& binary, const CodeFunction& function, std::vector<CallInstruction>& calls) {
    calls.clear();
    const ByteView code = binary.code(function.entry, function.end - function.entry);
    if (binary.machine() == Machine::x86_64)
        x86_calls(binary, function.entry, code, calls);
    else
        arm_calls(binary, function.entry, code, calls);
}

std::optional<std::uint64_t> call_target(const GoBinary& binary, std::uint64_t return_address) {
    const bool is_x86 = binary.machine() == Machine::x86_64;
    const std::size_t size = is_x86 ? kX86CallSize : kArmCallSize;
    const std::uint64_t address = return_address - size;
    const ByteView code = binary.code(address, size);
    if (code.size() != size || (is_x86 && code.front() != kX86Call)) return std::nullopt;
    const auto target = is_x86 ? x86_target(code, 0, address) : arm_target(code, 0, address);
    // What only looks like a call, as bytes of an indirect one may, leads nowhere.
    if (!target || !binary.entry_at(*target)) return std::nullopt;
    return target;
}

// The target of a direct call may be within a function (runtime.duffcopy).
bool follows_call(const GoBinary& binary, std::uint64_t return_address) {
    constexpr std::size_t kLongest = 7;
    const ByteView code = binary.code(return_address - kLongest, kLongest);
    if (code.size() != kLongest) return false;
    const std::size_t direct = kLongest - kX86CallSize;
    if (code[direct] == kX86Call && binary.entry_at(x86_target(code, direct, return_address - kX86CallSize)))
        return true;
    for (std::size_t at = 0; at + 2 <= kLongest; ++at) {
        if (indirect_call_size(code.subspan(at)) == kLongest - at) return true;
    }
    return false;
}

}  // namespace pgoprof
