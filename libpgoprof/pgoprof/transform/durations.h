// Are the inputs of a merge comparable?
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "pgoprof/base/result.h"
#include "pgoprof/model/input_summary.h"
#include "pgoprof/model/raw_profile.h"

namespace pgoprof {

/// The provenance of a loaded profile: its comment's (several are combined), or one input of its own duration. A
/// duration that is not positive counts as missing. `raw` must have passed check_invariants.
InputSummary input_summary(const RawProfile& raw);

/// What the equal-duration check needs of one file.
struct InputDuration {
    std::string name;
    InputSummary summary;
    std::int64_t period = 0;  ///< in `period_unit`
    std::string period_unit;
};

/// `raw` must have passed check_invariants.
InputDuration input_duration(std::string name, const RawProfile& raw);

/// "30.1s"; "29.9s to 30.1s in 3 inputs" for the result of a merge; "no duration" where it is missing.
std::string describe_duration(const InputSummary& summary);

/// How often to count each value of an input so that profiles weigh the same however long they took: round(100 * weight
/// * 30 s / duration), half away from zero, for an original input, and `weight` for what is scaled already. Nothing is
/// divided: the compiler reads ratios, and a count of 1 keeps its weight. `weight` is at least 1. Errors (disagreement,
/// with a remedy): no duration; one beyond weight * 6000 s, of which nothing would be left; an unscaled merge of
/// several inputs. ErrorCode::overflow if the factor does not fit in 64 bits.
Result<std::int64_t> scale_factor(const InputSummary& summary, std::int64_t weight);

/// Profiles add up fairly only if each was taken over the same time at the same sampling rate. An error
/// (ErrorCode::disagreement, with a remedy) if a duration is missing, sampling periods differ, or (longest - shortest)
/// / longest exceeds `tolerance` (0.1 = 10%). Merged inputs count with the shortest and longest that went into them.
/// A single original input agrees with itself, and scaled inputs need the same sampling rate only.
Result<> check_durations(std::span<const InputDuration> inputs, double tolerance);

}  // namespace pgoprof
