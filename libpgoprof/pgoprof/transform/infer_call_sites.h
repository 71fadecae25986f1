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
    std::uint64_t not_found = 0;  ///< none, or none that is this callee's own: the line stays 0
    std::uint64_t functions = 0;  ///< distinct names
    std::uint64_t unknown_functions = 0;  ///< of these, not in the binary
    // Of the sample type that the compiler reads, or else the last one:
    double call_weight = 0;   ///< of samples whose leaf has a caller
    double lined_weight = 0;  ///< of these, with the line of that call
    double own_weight = 0;    ///< of frames of what is not Go's own; of Go's own, where there are no others
    double known_weight = 0;  ///< of these, in the binary

    /// Hardly the program that ran: most of the functions that would tell are not in it.
    bool of_another_program() const {
        return known_weight * 2 < own_weight || (functions != 0 && unknown_functions == functions);
    }
};

struct InferredProfile {
    Profile profile;
    CallSiteCounts counts;
};

/// The same samples, with start lines, files and the lines of calls as the binary has them. Frames that are inlined
/// there share the location of what they are inlined into, and inlined frames that the profile leaves out are put in.
/// Functions that the binary does not have get no call site, nor does any of several that would share one by guess.
Result<InferredProfile> infer_call_sites(const Profile& profile, const GoBinary& binary);

}  // namespace pgoprof
