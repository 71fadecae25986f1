// The call edges that the Go compiler builds from a profile.
#pragma once

#include <optional>

#include "pgoprof/base/result.h"
#include "pgoprof/model/call_edge.h"
#include "pgoprof/model/raw_profile.h"

namespace pgoprof {

/// The position of the sample type that the compiler reads: the first that is samples/count or cpu/nanoseconds.
std::optional<std::size_t> chosen_sample_type(const RawProfile& raw);

/// PGO201: there is none.
Error no_usable_sample_type();

/// As cmd/internal/pgo.FromPProf and internal/profile.NewGraph: only the two leaf-most locations of a sample count.
/// `raw` must have passed check_invariants. Errors: PGO201 no usable sample type, PGO202 no start lines, PGO126
/// overflow.
Result<EdgeProfile> build_call_edges(const RawProfile& raw);

}  // namespace pgoprof
