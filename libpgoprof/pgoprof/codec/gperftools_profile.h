// CPU profiles of gperftools' libprofiler (the legacy format of pprof).
#pragma once

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"
#include "pgoprof/model/recording.h"

namespace pgoprof {

/// Reads words of 32 or 64 bits, in either byte order, and then the text of /proc/self/maps. Mappings come first, then
/// the samples, each with how often it was seen. Errors: invalid_content with the stored offset; limit_exceeded.
/// Described in gperftools' docs/cpuprofile-fileformat.html.
Result<> read_gperftools(ByteView data, const Limits& limits, RecordingInfo& info, const VisitRecording& visit);

}  // namespace pgoprof
