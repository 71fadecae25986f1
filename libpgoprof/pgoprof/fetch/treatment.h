// What is done to a backend's profiles before anybody sees them.
#pragma once

#include "pgoprof/base/result.h"
#include "pgoprof/fetch/source.h"
#include "pgoprof/model/profile.h"
#include "pgoprof/model/raw_profile.h"

namespace pgoprof {

/// Whether there is anything to do.
bool changes_anything(const Treatment& treatment);

/// The profile after that. `raw` must have passed check_invariants. Errors: those of tidy.
Result<Profile> treat(const RawProfile& raw, const Treatment& treatment);

/// As a server would send it.
ProfileBody body_of(const Profile& profile);

}  // namespace pgoprof
