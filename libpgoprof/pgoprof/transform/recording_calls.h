// What the stacks of a recording show of who calls whom.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pgoprof/base/hash_index.h"
#include "pgoprof/transform/recording_places.h"
#include "pgoprof/transform/recording_stacks.h"

namespace pgoprof {

/// A call that was on a stack.
struct SeenCall {
    std::uint64_t site = 0;    ///< return address - 1
    std::uint64_t callee = 0;  ///< entry of the function that was called
    std::uint64_t samples = 0;
};

class SeenCalls {
public:
    /// `places` must outlive it.
    explicit SeenCalls(CodePlaces& places) : places_(places) {}

    /// Adds a stack, the leaf first.
    void learn(std::span<const PlaceId> stack, CallersFrom callers, std::uint64_t samples);

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
    /// The latest call at a site: most sites always call the same.
    struct LatestCall {
        std::uint64_t callee = CodePlaces::kNoEntry;
        std::uint32_t id = 0;
    };

    std::uint32_t intern(std::uint64_t site, std::uint64_t callee);

    CodePlaces& places_;
    std::vector<LatestCall> latest_;  // by the place of the site
    HashIndex index_;
    std::vector<SeenCall> calls_;
    std::vector<std::uint64_t> functions_;
};

}  // namespace pgoprof
