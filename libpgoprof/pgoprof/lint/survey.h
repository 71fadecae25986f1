// One walk over the samples, for all rules that ask what was sampled.
#pragma once

#include <cstdint>
#include <string_view>

#include "pgoprof/model/input_summary.h"
#include "pgoprof/model/raw_profile.h"
#include "pgoprof/transform/profile_totals.h"

namespace pgoprof::detail {

/// Weights are those of the column that the compiler reads, without their sign.
struct Survey {
    double weight = 0;              ///< of all samples that have a stack
    double of_one_frame = 0;        ///< whose stack is one frame: no caller, so no call edge
    double without_go = 0;          ///< none of whose two leaf-most locations holds a Go function
    double lost = 0;                ///< that stand for samples which the runtime lost
    double of_runtime = 0;          ///< in goroutines and threads of the runtime and the profiler
    std::string_view main_runtime;  ///< the function that most of those begin with
    std::uint64_t negative = 0;     ///< samples whose value is negative
    bool inlined = false;           ///< some location holds an inlined frame
    ProfileTotals totals{};
    InputSummary inputs{};  ///< that it was merged from
};

/// `raw` must have passed check_invariants. What the result refers to belongs to it.
Survey survey(const RawProfile& raw, std::size_t column);

}  // namespace pgoprof::detail
