// The canonical order of a merge's samples: part of merge.h's implementation.
#pragma once

#include <vector>

#include "pgoprof/transform/merge_samples.h"

namespace pgoprof::merging {

/// Sorts by stack, from the root, then by `label_rank`: neighbours then share their callers, which compresses well.
void sort_by_stack(const SampleStore& samples, const std::vector<LabelSetId>& label_rank, std::vector<SampleId>& order);

}  // namespace pgoprof::merging
