// From a merge's tables to its canonical result: part of merge.h's implementation.
#pragma once

#include "pgoprof/model/profile.h"
#include "pgoprof/transform/merge_fold.h"

namespace pgoprof::merging {

/// Samples that are all zero are left out, as is what only they refer to. Mappings all stay. Strings are sorted
/// bytewise, everything else by content.
StreamedProfile canonical_profile(Folded&& folded, unsigned threads);

}  // namespace pgoprof::merging
