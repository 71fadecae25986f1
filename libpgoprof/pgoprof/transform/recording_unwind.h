// Walking a copied stack by the sizes of its frames (pclntab's pcsp).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "pgoprof/base/hash_index.h"
#include "pgoprof/binary/go_binary.h"
#include "pgoprof/model/recording.h"

namespace pgoprof {

enum class UnwindEnd : std::uint8_t {
    first_function,  ///< nothing called the last one, or what did cannot be told
    left_go,         ///< C code, a signal handler, or what is no return address
    copy_too_short,  ///< the next return address lies beyond the copy
};

/// The linked address of a process's address, where the binary's code is.
using LinkedAddress = std::function<std::optional<std::uint64_t>(std::uint64_t address)>;

/// x86-64. Remembers what it learned of each address.
class StackUnwinder {
public:
    /// `binary` must outlive it.
    explicit StackUnwinder(const GoBinary& binary) : binary_(binary) {}

    /// Appends linked addresses to `addresses`: of the instruction at `registers.ip`, then each return address - 1.
    /// None if that instruction is no Go code. `stack` are the bytes from `registers.sp` on.
    UnwindEnd unwind(const UserRegisters& registers, ByteView stack, const LinkedAddress& linked,
                     std::vector<std::uint64_t>& addresses);

private:
    enum class Next : std::uint8_t { caller, nothing, unknown };

    struct Step {
        std::uint64_t address = 0;
        std::uint64_t frame_size = 0;  ///< from the stack pointer to the return address
        Next next = Next::unknown;     ///< unknown: no Go code
    };

    Step step_at(std::uint64_t address);
    Step find_step(std::uint64_t address) const;

    const GoBinary& binary_;
    HashIndex index_;
    std::vector<Step> steps_;
};

}  // namespace pgoprof
