// Giving back to frame-pointer chains the caller that they lost.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "pgoprof/base/hash_index.h"
#include "pgoprof/binary/go_binary.h"

namespace pgoprof {

/// What a frame-pointer chain holds of the leaf's caller.
enum class LeafCaller : std::uint8_t {
    present,   ///< the leaf has a frame
    repaired,  ///< it had been lost, and was put back
    unknown,   ///< it had been lost; the callers were dropped, since the next one did not call the leaf
};

/// A Go function has no frame of its own before it has set the frame pointer, after it has restored its caller's, and
/// if it needs no stack. The chain then begins with the caller's caller (golang/go#73753). x86-64, by pclntab.
class ChainRepair {
public:
    /// `binary` must outlive it.
    explicit ChainRepair(const GoBinary& binary) : binary_(binary) {}

    /// Learns how often each call is on a stack. Addresses are linked: the leaf's, then return addresses - 1.
    void learn(std::span<const std::uint64_t> stack, std::uint64_t samples);

    /// Puts the lost caller behind the leaf of `stack`.
    LeafCaller repair(std::vector<std::uint64_t>& stack) const;

    /// Whether the function has no frame of its own when the instruction at `address` begins.
    bool is_frameless(std::uint64_t address) const;

private:
    std::optional<std::uint64_t> call_site(const CodeFunction& caller, const CodeFunction& callee) const;
    std::uint64_t times_seen(std::uint64_t call) const;

    const GoBinary& binary_;
    std::map<std::uint64_t, std::uint64_t> seen_;  // samples with a call on the stack, by return address - 1
};

}  // namespace pgoprof
