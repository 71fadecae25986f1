// Giving back to stacks the leaf's caller, which they lost.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "pgoprof/binary/go_binary.h"
#include "pgoprof/transform/recording_calls.h"
#include "pgoprof/transform/recording_stacks.h"

namespace pgoprof {

/// What a stack held of the leaf's caller.
enum class LeafCaller : std::uint8_t {
    present,
    repaired,  ///< it had been lost, and was put back
    unknown,   ///< it had been lost; the callers were dropped, since the next one did not call the leaf
};

/// The lost function is the one that the next return address says was called, or where that call is indirect, one that
/// it called in other samples. Its call to the leaf is the one that other samples were in most often, or the first.
/// Where all callers were lost, it is known if only one of the functions that were seen calls the leaf.
class StackRepair {
public:
    /// All must outlive it.
    StackRepair(const GoBinary& binary, CodePlaces& places, const SeenCalls& calls)
        : binary_(binary), places_(places), calls_(calls) {}

    /// Whether the leaf's caller may be missing.
    bool may_lack_caller(std::span<const PlaceId> stack, CallersFrom callers) const;

    /// Of such a stack: puts the lost caller behind the leaf.
    LeafCaller repair(std::vector<PlaceId>& stack);

private:
    using Site = std::optional<std::uint64_t>;  ///< of a call: return address - 1

    /// A call, and one of the functions that it leads to: its target, or what that jumps to.
    struct DirectCall {
        std::uint64_t site = 0;
        std::uint64_t callee = 0;
    };

    /// Whether the call at `site` leads directly to the function at `leaf`.
    bool calls_it(std::uint64_t site, std::uint64_t leaf);
    /// Of a call by which `site` led to the function at `leaf`, not directly.
    Site between(std::uint64_t site, std::uint64_t leaf);
    Site find_between(std::uint64_t site, std::uint64_t leaf);
    std::vector<std::uint64_t> called_at(std::uint64_t site) const;
    /// Of the only caller of the function at `leaf`.
    Site only_caller(std::uint64_t leaf);
    Site find_only_caller(std::uint64_t leaf);
    /// Of the likeliest call of the function at `leaf` in the one at `caller`.
    Site call_in(std::uint64_t caller, std::uint64_t leaf);
    const std::vector<DirectCall>& direct_calls_of(const CodeFunction& function);
    bool jumps_to(std::uint64_t function, std::uint64_t leaf);
    const std::vector<std::uint64_t>& jumps_of(std::uint64_t function);
    std::vector<std::uint64_t> find_jumps(std::uint64_t function) const;

    const GoBinary& binary_;
    CodePlaces& places_;
    const SeenCalls& calls_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, Site> between_;  // by site and leaf: found once
    std::map<std::uint64_t, Site> only_callers_;                       // by leaf
    std::map<std::uint64_t, std::vector<std::uint64_t>> jumps_;        // targets, by function
    std::map<std::uint64_t, std::vector<DirectCall>> direct_calls_;    // by function
    std::vector<CallInstruction> instructions_;                        // of one function; reused
};

}  // namespace pgoprof
