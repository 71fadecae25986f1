// Many inputs, decoded on several threads, handed over one after the other.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "pgoprof/load.h"

namespace pgoprof {

/// Called once for each path, in the order of the paths, on the calling thread. The profile is valid until the return.
using VisitProfile = std::function<void(std::size_t index, Result<const RawProfile*> profile)>;

/// `load_profile` for each path, on `threads` threads besides the calling one (with 0 or 1, on the calling thread
/// alone). Never more than `threads` + 2 inputs are in memory at a time.
void load_all(std::span<const std::string> paths, const Limits& limits, unsigned threads, const VisitProfile& visit);

}  // namespace pgoprof
