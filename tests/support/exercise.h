// Everything that the library does with one untrusted file.
#pragma once

#include <span>

#include "pgoprof/base/bytes.h"

namespace pgoprof::testing {

/// Loads `stored`; what loads must be sound: its value survives encoding, its edges are ordered, hot and survive
/// compacting. Aborts otherwise. Returns whether it loaded.
bool exercise(ByteView stored);

}  // namespace pgoprof::testing
