// Whole stacks as lines, for flame graphs.
#pragma once

#include <cstdint>

#include "pgoprof/base/result.h"
#include "pgoprof/base/write_bytes.h"
#include "pgoprof/transform/folded_stacks.h"

namespace pgoprof {

/// "root;...;leaf WEIGHT" a line. Names are escaped, semicolons as \x3b; a frame without a name is "[unknown]". Handed
/// over in pieces: the whole can be many times the profile.
Result<> write_folded(const FoldedStacks& stacks, const WriteBytes& write);

/// Bytes of the names that this repeats.
std::uint64_t name_bytes(const FoldedStacks& stacks);

}  // namespace pgoprof
