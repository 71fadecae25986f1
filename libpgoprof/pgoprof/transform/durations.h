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

/// Profiles add up fairly only if each was taken over the same time at the same sampling rate. An error
/// (ErrorCode::disagreement, with a remedy) if a duration is missing, sampling periods differ, or (longest - shortest)
/// / longest exceeds `tolerance` (0.1 = 10%). Merged inputs count with the shortest and longest that went into them.
/// A single original input agrees with itself.
Result<> check_durations(std::span<const InputDuration> inputs, double tolerance);

}  // namespace pgoprof
