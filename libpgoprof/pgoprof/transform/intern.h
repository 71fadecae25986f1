// From the wire's records to an owned Profile.
#pragma once

#include "pgoprof/model/profile.h"
#include "pgoprof/model/raw_profile.h"

namespace pgoprof {

/// The same profile as a value: tables in the same order, wire ids replaced by positions, strings interned.
/// `raw` must have passed check_invariants.
Profile intern(const RawProfile& raw);

}  // namespace pgoprof
