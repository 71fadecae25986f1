// The canonical order of a merge's samples: part of merge.h's implementation.
#pragma once

#include <vector>

#include "pgoprof/transform/merge_samples.h"

namespace pgoprof::merging {

/// Sorts by stack, from the leaf, then by `label_rank`. Neighbours then begin alike, and what deflate finds them to
/// share is longer than from the root: on fleets a sixth less output (on single programs 2 to 4% more).
void sort_by_stack(const SampleStore& samples, const std::vector<LabelSetId>& label_rank, unsigned threads,
                   std::vector<SampleId>& order);

}  // namespace pgoprof::merging
