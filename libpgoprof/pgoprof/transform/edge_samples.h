// From call edges back to a profile.
#pragma once

#include "pgoprof/base/result.h"
#include "pgoprof/model/call_edge.h"
#include "pgoprof/model/profile.h"

namespace pgoprof {

/// A profile whose edges, as the compiler builds them, are those of `edges`: a sample of two frames for each, in the
/// edges' order, of samples/count. What is not known is made up: all functions begin at line 1, and each location has
/// an address of its own, so that no two edges share a node. Errors: a line that does not fit in 64 bits.
Result<Profile> edge_samples(const EdgeProfile& edges);

}  // namespace pgoprof
