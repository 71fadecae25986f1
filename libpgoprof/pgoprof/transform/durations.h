// Are the inputs of a merge comparable?
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "pgoprof/base/result.h"
#include "pgoprof/model/input_summary.h"
#include "pgoprof/model/raw_profile.h"

namespace pgoprof {

/// The provenance of a loaded profile: its comment's, or one input of its own duration.
InputSummary input_summary(const RawProfile& raw);

struct InputDuration {
    std::string name;
    InputSummary summary;
    std::int64_t period = 0;  ///< in the unit of the period type
};

/// An error (ErrorCode::disagreement) whose remedy names each file's duration if one is missing, the sampling periods
/// differ, or (max - min) / max exceeds `tolerance` (0.1 = 10%).
Result<> check_durations(std::span<const InputDuration> inputs, double tolerance);

}  // namespace pgoprof
