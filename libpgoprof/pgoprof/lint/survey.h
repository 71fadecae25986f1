// One walk over the samples, for all rules that ask what was sampled.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "pgoprof/lint/personal_labels.h"
#include "pgoprof/model/input_summary.h"
#include "pgoprof/model/raw_profile.h"
#include "pgoprof/transform/profile_totals.h"

namespace pgoprof::detail {

/// Weights are those of the column that the compiler reads, without their sign. Without such a column, only what does
/// not depend on one is filled in.
struct Survey {
    double weight = 0;                ///< of all samples that have a stack
    double of_one_frame = 0;          ///< whose stack is one frame: no caller, so no call edge
    double without_go = 0;            ///< none of whose two leaf-most locations holds a Go function
    double lost = 0;                  ///< that stand for samples which the runtime lost
    double of_runtime = 0;            ///< in goroutines and threads of the runtime and the profiler
    std::string_view main_runtime;    ///< the function that most of those begin with
    std::uint64_t negative = 0;       ///< samples whose value is negative
    std::int64_t smallest = 0;        ///< of the values above 0; 0 if there is none
    bool all_zero = true;             ///< every value of the column
    bool second_frame = false;        ///< some stack has two frames, of which an inlined one may be the second
    bool inlined = false;             ///< some location holds an inlined frame
    std::uint64_t of_difference = 0;  ///< labels that `pprof -diff_base` gives to what it subtracts
    SuspiciousLabels personal_labels{};
    ProfileTotals totals{};
    InputSummary inputs{};  ///< that it was merged from
};

/// Walks the samples, batch by batch.
class Surveyor {
public:
    /// `tables` must have passed check_tables. What the result refers to belongs to it.
    Surveyor(const RawProfile& tables, std::optional<std::size_t> column);
    ~Surveyor();

    /// It must have passed check_samples.
    void add(const RawSamples& batch);

    Survey finish() &&;

private:
    class Walk;

    std::unique_ptr<Walk> walk_;
};

}  // namespace pgoprof::detail
