// What the stacks of a recording show of who calls whom.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "pgoprof/base/hash_index.h"
#include "pgoprof/binary/go_binary.h"
#include "pgoprof/transform/recording_stacks.h"

namespace pgoprof {

/// Whether the function has no frame of its own when the instruction at `address` begins: it has not yet set the frame
/// pointer, has restored its caller's, or needs no stack. The chain of frame pointers then goes on with the caller's
/// caller (golang/go#73753). x86-64, by pclntab.
bool is_frameless(const GoBinary& binary, std::uint64_t address);

/// A call that was on a stack.
struct SeenCall {
    std::uint64_t site = 0;    ///< return address - 1
    std::uint64_t callee = 0;  ///< entry of the function that was called
    std::uint64_t samples = 0;
};

class SeenCalls {
public:
    /// `binary` must outlive it.
    explicit SeenCalls(const GoBinary& binary) : binary_(binary) {}

    /// Adds a stack of linked addresses: the leaf's, then return addresses - 1.
    void learn(std::span<const std::uint64_t> stack, CallersFrom callers, std::uint64_t samples);

    /// To be called after the last stack, before what follows.
    void finish();

    /// The calls at one site, or at all sites of [begin, end), by site.
    std::span<const SeenCall> at(std::uint64_t site) const { return within(site, site + 1); }
    std::span<const SeenCall> within(std::uint64_t begin, std::uint64_t end) const;

    /// The samples with a call at this site on the stack, whatever it called.
    std::uint64_t samples_at(std::uint64_t site) const;

    /// Entries of all functions that were seen anywhere, by address.
    std::span<const std::uint64_t> functions() const { return functions_; }

private:
    std::optional<std::uint64_t> entry_of(std::uint64_t address);
    void add(const SeenCall& call);

    struct Place {
        std::uint64_t address = 0;
        std::optional<std::uint64_t> entry{};
    };

    const GoBinary& binary_;
    HashIndex place_index_;
    std::vector<Place> places_;
    HashIndex call_index_;
    std::vector<SeenCall> calls_;
    std::vector<std::uint64_t> functions_;
};

}  // namespace pgoprof
