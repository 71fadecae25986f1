// A Profile, seen as the records of its wire format.
#pragma once

#include <cstddef>

#include "pgoprof/model/profile.h"
#include "pgoprof/model/raw_profile.h"

namespace pgoprof {

/// What decoding the encoded profile would give: ids are positions + 1. Strings are views into `profile`, valid until
/// it gets new ones. Its invariants hold but for sums, which nobody has checked for overflow.
RawProfile raw_view(const Profile& profile);

/// The same without the samples.
RawProfile raw_tables(const Profile& profile);

}  // namespace pgoprof
