// Profiles of names in formats that are not pprof's.
#pragma once

#include <string>
#include <vector>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"
#include "pgoprof/model/profile.h"

namespace pgoprof {

struct ForeignProfile {
    Profile profile;
    /// One line each, for stderr, not yet escaped: what was taken of the file, what was guessed, what was left out.
    std::vector<std::string> notes{};
};

// All take content as inflated. Errors: invalid_content with the inflated offset, as far as there is one;
// limit_exceeded (PGO106), before memory grows beyond `budget`; overflow (PGO126).

/// Folded stacks: "root;...;leaf COUNT" a line, as stackcollapse-*.pl, inferno, async-profiler and pgo-report write
/// them. A name's escapes are undone where all backslashes of the file are escapes of pgo-report's. Values are
/// samples/count; there are no lines, files, start lines nor addresses.
Result<ForeignProfile> decode_folded(ByteView text, const Limits& limits, Budget& budget);

/// A speedscope file of sampled or evented profiles; samples of several profiles in one unit (threads, say) are added
/// up, other units are further sample types. A line of a frame is the line that ran; there are no start lines and no
/// addresses.
Result<ForeignProfile> decode_speedscope(ByteView json, const Limits& limits, Budget& budget);

/// A processed profile of the Firefox profiler, as samply writes it: tables in each thread, or shared. Threads are
/// added up. Names as far as they are there; frames without one keep their address, in a mapping of their library.
Result<ForeignProfile> decode_firefox(ByteView json, const Limits& limits, Budget& budget);

/// The ProfilesData or ExportProfilesServiceRequest of opentelemetry-proto 1.11.0 (v1development; 1.9.0 and 1.10.0 have
/// the same field numbers). Other versions are refused. The profiles become one, with the sample types of all; each
/// holds one.
Result<ForeignProfile> decode_otlp(ByteView data, const Limits& limits, Budget& budget);

}  // namespace pgoprof
