// Merging profiles: exact, order-independent, associative.
#pragma once

#include <memory>

#include "pgoprof/base/result.h"
#include "pgoprof/model/input_summary.h"
#include "pgoprof/model/profile.h"
#include "pgoprof/model/raw_profile.h"

namespace pgoprof {

enum class NegativeValues : std::uint8_t { refuse, allow };

struct MergeOptions {
    NegativeValues negative_values = NegativeValues::refuse;
};

/// Folds profiles into one. The result does not depend on the order of `add` calls, nor on whether an input is itself
/// the result of a merge. Semantics: docs/formats.md, "Merging". Memory grows with the distinct stacks, not with the
/// inputs.
class Merger {
public:
    explicit Merger(MergeOptions options = {});
    ~Merger();
    Merger(Merger&&) noexcept;
    Merger& operator=(Merger&&) noexcept;

    /// `raw` must have passed check_invariants; nothing of it is kept by reference. After an error the merger is spent.
    /// Errors: period types that cannot be reconciled, no common sample type, overflow, refused negative values.
    Result<> add(const RawProfile& raw);

    /// What has been folded in so far.
    const InputSummary& summary() const;

    /// The canonical result: tables in an order that depends on their contents only. At least one input must have been
    /// added.
    Result<Profile> finish() &&;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace pgoprof
