// Merging profiles: exact, order-independent, associative.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pgoprof/base/result.h"
#include "pgoprof/model/input_summary.h"
#include "pgoprof/model/profile.h"
#include "pgoprof/model/raw_profile.h"

namespace pgoprof {

enum class NegativeValues : std::uint8_t {
    refuse,
    allow,  ///< for differences of profiles; whether a sum overflows on the way may then depend on the order
};

enum class Detail : std::uint8_t {
    full,
    compact,  ///< only what the Go compiler reads: Compactor, and one sample type; negative values are refused
};

struct MergeOptions {
    NegativeValues negative_values = NegativeValues::refuse;
    Detail detail = Detail::full;
    std::optional<std::vector<std::string>> kept_labels = std::nullopt;  ///< keys of the labels to keep; none: all
    bool scaled = false;   ///< the factors are scale_factor's, and the result's provenance says so
    unsigned threads = 1;  ///< that `finish` may use
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

    /// `raw` must have passed check_invariants; nothing of it is kept by reference. Every value counts `factor` times,
    /// which is at least 1. `name` is for messages. Errors: negative values, period types that cannot be reconciled, no
    /// common sample type, overflow of the duration; an input that is scaled to its duration among some that are not
    /// (disagreement). After one, the merger is as before.
    Result<> add(const RawProfile& raw, std::string_view name = {}, std::int64_t factor = 1);

    /// Adds inputs that could not be merged to the provenance. At least one input must have been added.
    void count_failed(std::uint64_t inputs);

    /// What has been folded in so far. At least one input must have been added.
    const InputSummary& summary() const;

    /// Names of sample types that some inputs had and others lacked, sorted: they are left out of the result.
    std::span<const std::string> dropped_sample_types() const;

    /// The canonical result: tables in an order that depends on their contents only. At least one input must have been
    /// added. Errors: PGO126 if a sum does not fit in 64 bits; a common sample type whose units do not convert; PGO201
    /// if a compact result is wanted and the Go compiler would read none of the sample types.
    Result<StreamedProfile> finish() &&;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace pgoprof
