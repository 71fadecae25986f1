// From a merge's tables to its canonical result: part of merge.h's implementation.
#pragma once

#include <vector>

#include "pgoprof/model/profile.h"
#include "pgoprof/transform/merge_columns.h"
#include "pgoprof/transform/merge_header.h"
#include "pgoprof/transform/merge_tables.h"

namespace pgoprof::merging {

/// Everything that was folded, in order of arrival.
struct Folded {
    Header header;
    std::vector<Column> columns;
    Tables tables;
    ValueTable values{0};             ///< one row per sample of `tables`
    std::optional<MappingId> main{};  ///< the smallest key among the inputs' first mappings
};

/// Samples that are all zero are left out, as is what only they refer to. Mappings all stay. Strings are sorted
/// bytewise, everything else by content.
Profile canonical_profile(Folded&& folded);

}  // namespace pgoprof::merging
