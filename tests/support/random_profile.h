// Random pprof messages that use every field of profile.proto, made with libprotobuf.
#pragma once

#include <cstdint>

#include "profile.pb.h"

namespace pgoprof::testing {

/// A valid, canonical message: dense ids, no string twice. The same for the same seed.
perftools::profiles::Profile random_profile(std::uint64_t seed);

}  // namespace pgoprof::testing
