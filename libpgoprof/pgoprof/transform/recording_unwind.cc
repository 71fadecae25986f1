#include "pgoprof/transform/recording_unwind.h"

#include <cstring>

#include "pgoprof/base/hash.h"

namespace pgoprof {

namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);

std::uint64_t word_at(ByteView stack, std::size_t offset) {
    std::uint64_t word = 0;
    std::memcpy(&word, stack.data() + offset, kWord);
    return word;
}

}  // namespace

UnwindEnd StackUnwinder::unwind(const UserRegisters& registers, ByteView stack, const LinkedAddress& linked,
                                std::vector<std::uint64_t>& addresses) {
    std::uint64_t offset = 0;  // of the stack pointer, in the copy
    for (std::optional<std::uint64_t> at = linked(registers.ip); at;) {
        const Step step = step_at(*at);
        if (step.next == Next::unknown) return UnwindEnd::left_go;
        addresses.push_back(*at);
        if (step.next == Next::nothing) return UnwindEnd::first_function;
        if (step.frame_size > stack.size() || offset + step.frame_size + kWord > stack.size())
            return UnwindEnd::copy_too_short;
        offset += step.frame_size;
        at = linked(word_at(stack, offset) - 1);
        offset += kWord;
    }
    return UnwindEnd::left_go;
}

StackUnwinder::Step StackUnwinder::step_at(std::uint64_t address) {
    const std::uint32_t id = index_.find_or_insert(
        hash_mix(1, address), [&](std::uint32_t known) { return steps_[known].address == address; },
        [&] {
            steps_.push_back(find_step(address));
            return static_cast<std::uint32_t>(steps_.size() - 1);
        });
    return steps_[id];
}

// Beyond a function that moves to another stack (runtime.systemstack, say) lies what this one cannot tell.
StackUnwinder::Step StackUnwinder::find_step(std::uint64_t address) const {
    const std::optional<CodeFunction> function = binary_.function_at(address);
    const std::optional<std::int64_t> delta = binary_.stack_delta(address);
    if (!function || !delta || *delta < 0) return {.address = address};
    const bool ends = function->is_top_frame || function->writes_sp;
    return {.address = address,
            .frame_size = static_cast<std::uint64_t>(*delta),
            .next = ends ? Next::nothing : Next::caller};
}

}  // namespace pgoprof
