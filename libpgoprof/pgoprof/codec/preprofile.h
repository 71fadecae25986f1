// GO PREPROFILE V1, the format between `go tool preprofile` and the compiler.
#pragma once

#include <string_view>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"
#include "pgoprof/model/call_edge.h"

namespace pgoprof {

inline constexpr std::string_view kPreprofileHeader = "GO PREPROFILE V1\n";

bool looks_preprofile(ByteView data);

/// As Go's cmd/internal/pgo.FromSerialized reads it, with two exceptions: lines over 64 KiB are always an error (Go
/// silently stops at an over-long caller), and so is a total that overflows. What it makes is charged to `budget`.
Result<EdgeProfile> decode_preprofile(ByteView data, const Limits& limits, Budget& budget);

/// Byte for byte what `go tool preprofile` writes; as there, a newline in a name corrupts the file (pgo-lint warns of
/// it).
Buffer encode_preprofile(const EdgeProfile& profile);

}  // namespace pgoprof
