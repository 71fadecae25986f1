// Walking a copied stack by the sizes of its frames (pclntab's pcsp).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "pgoprof/binary/go_binary.h"
#include "pgoprof/model/recording.h"
#include "pgoprof/transform/recording_places.h"

namespace pgoprof {

enum class UnwindEnd : std::uint8_t {
    first_function,  ///< nothing called the last one, or what did cannot be told
    left_go,         ///< C code, a signal handler, or what is no return address
    copy_too_short,  ///< the next return address lies beyond the copy
};

/// The linked address of a process's address, where the binary's code is.
using LinkedAddress = std::function<std::optional<std::uint64_t>(std::uint64_t address)>;

/// x86-64. Remembers what it learned of each place.
class StackUnwinder {
public:
    /// Both must outlive it.
    StackUnwinder(const GoBinary& binary, CodePlaces& places) : binary_(binary), places_(places) {}

    /// Appends to `stack` the instruction at `registers.ip`, then each return address - 1. None if that instruction is
    /// no Go code. `copy` are the bytes from `registers.sp` on.
    UnwindEnd unwind(const UserRegisters& registers, ByteView copy, const LinkedAddress& linked,
                     std::vector<PlaceId>& stack);

private:
    enum class Next : std::uint8_t { not_asked, caller, nothing, no_go };

    struct Step {
        std::uint64_t frame_size = 0;  ///< from the stack pointer to the return address
        Next next = Next::not_asked;
    };

    const Step& step_at(PlaceId place);
    Step find_step(std::uint64_t address) const;

    const GoBinary& binary_;
    CodePlaces& places_;
    std::vector<Step> steps_;  // by place
};

}  // namespace pgoprof
