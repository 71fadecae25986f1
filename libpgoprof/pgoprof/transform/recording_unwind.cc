#include "pgoprof/transform/recording_unwind.h"

#include <algorithm>
#include <cstring>

namespace pgoprof {

namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);

std::uint64_t word_at(ByteView copy, std::size_t offset) {
    std::uint64_t word = 0;
    std::memcpy(&word, copy.data() + offset, kWord);
    return word;
}

}  // namespace

UnwindEnd StackUnwinder::unwind(const UserRegisters& registers, ByteView copy, const LinkedAddress& linked,
                                std::vector<PlaceId>& stack) {
    std::uint64_t offset = 0;  // of the stack pointer, in the copy
    for (std::optional<std::uint64_t> address = linked(registers.ip); address;) {
        const PlaceId place = places_.intern(*address);
        const Step& step = step_at(place);
        if (step.next == Next::no_go) return UnwindEnd::left_go;
        stack.push_back(place);
        if (step.next == Next::nothing) return UnwindEnd::first_function;
        if (step.frame_size > copy.size() || offset + step.frame_size + kWord > copy.size())
            return UnwindEnd::copy_too_short;
        offset += step.frame_size;
        address = linked(word_at(copy, offset) - 1);
        offset += kWord;
    }
    return UnwindEnd::left_go;
}

const StackUnwinder::Step& StackUnwinder::step_at(PlaceId place) {
    if (steps_.size() <= place.value) steps_.resize(std::max<std::size_t>(places_.size(), 2 * steps_.size()));
    Step& step = steps_[place.value];
    if (step.next == Next::not_asked) step = find_step(places_.address(place));
    return step;
}

// Beyond a function that moves to another stack (runtime.systemstack, say) lies what this one cannot tell.
StackUnwinder::Step StackUnwinder::find_step(std::uint64_t address) const {
    const std::optional<CodeFunction> function = binary_.function_at(address);
    const std::optional<std::int64_t> delta = binary_.stack_delta(address);
    if (!function || !delta || *delta < 0) return {.next = Next::no_go};
    const bool ends = function->is_top_frame || function->writes_sp;
    return {.frame_size = static_cast<std::uint64_t>(*delta), .next = ends ? Next::nothing : Next::caller};
}

}  // namespace pgoprof
