// Call sites of profiles that have names alone, from the program's binary.
#pragma once

#include <cstdint>

#include "pgoprof/base/result.h"
#include "pgoprof/binary/go_binary.h"
#include "pgoprof/model/profile.h"

namespace pgoprof {

/// Whether the Go compiler can take call edges from the profile: some line of code is known, and the line where its
/// function begins.
bool has_call_sites(const Profile& profile);

/// What became of the distinct pairs of a caller and the function that it calls.
struct CallSiteCounts {
    std::uint64_t given = 0;      ///< the profile had the line
    std::uint64_t unique = 0;     ///< the caller's code has one such call, inlined or not, or else one indirect call
    std::uint64_t ambiguous = 0;  ///< several: the first was taken
    std::uint64_t not_found = 0;  ///< none: the line stays 0
    std::uint64_t functions = 0;  ///< distinct names
    std::uint64_t unknown_functions = 0;  ///< of these, not in the binary
};

struct InferredProfile {
    Profile profile;
    CallSiteCounts counts;
};

/// The same samples, with start lines, files and the lines of calls as the binary has them. Frames that are inlined
/// there share the location of what they are inlined into, and inlined frames that the profile leaves out are put in.
Result<InferredProfile> infer_call_sites(const Profile& profile, const GoBinary& binary);

}  // namespace pgoprof
