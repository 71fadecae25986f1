// The sample types of a merge: part of merge.h's implementation.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pgoprof/base/result.h"
#include "pgoprof/model/raw_profile.h"
#include "pgoprof/transform/merge_samples.h"

namespace pgoprof::merging {

/// One sample type that every input so far has.
struct Column {
    std::string type;
    std::string unit;
    std::uint32_t slot = 0;  ///< where samples keep its sums; columns only become fewer, and the others keep theirs

    /// Why its sums are wrong: an overflow, or units that do not convert. It ends the merge only if the column is still
    /// there at the end, so that the verdict does not depend on the order of the inputs.
    std::optional<Error> fault;
};

/// Where an input has a column's values, and what to multiply them by.
struct ColumnSource {
    std::uint32_t position = 0;
    std::int64_t factor = 1;
};

/// How an input and what was folded before it come to common columns.
struct ColumnPlan {
    std::vector<Column> columns;        ///< afterwards
    std::vector<ColumnSource> sources;  ///< in the input, one per column
    std::vector<std::int64_t> rescale;  ///< factors for the values folded before, one per column
};

/// Of sample types with the same name in one input, the first counts (as in google/pprof, CompatibilizeSampleTypes).
/// `before` is null for the first input. An error if nothing is left in common.
Result<ColumnPlan> plan_columns(const std::vector<Column>* before, const RawProfile& raw);

/// Brings the values folded before to `plan.columns`; overflows become faults there.
void rescale(SampleStore& samples, ColumnPlan& plan);

/// "cpu/nanoseconds"
std::string type_and_unit(const Column& column);

/// PGO126
Error overflow_error(std::string message);

}  // namespace pgoprof::merging
