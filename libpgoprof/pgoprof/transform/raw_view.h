// A Profile, seen as the records of its wire format.
#pragma once

#include <cstddef>

#include "pgoprof/model/profile.h"
#include "pgoprof/model/raw_profile.h"

namespace pgoprof {

/// What decoding the encoded profile would give: ids are positions + 1. Strings are views into `profile`, valid until
/// it gets new ones. Its invariants hold but for sums, which nobody has checked for overflow.
RawProfile raw_view(const Profile& profile);

/// The same in two steps, for what looks at each sample once: first everything but the samples.
RawProfile raw_tables(const Profile& profile);

/// Then the samples [begin, end), in the place of those that `raw` holds.
void view_samples(const Profile& profile, std::size_t begin, std::size_t end, RawProfile& raw);

}  // namespace pgoprof
