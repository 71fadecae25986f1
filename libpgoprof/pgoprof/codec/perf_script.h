// The text that `perf script` prints.
#pragma once

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"
#include "pgoprof/model/recording.h"

namespace pgoprof {

/// Reads `perf script`'s default fields, with or without --header, -F +period, --show-mmap-events and the like. Samples
/// carry `named` frames: perf has resolved inlining and addresses in its own way, so lines "(inlined)" and repeated
/// addresses are left out. Errors: invalid_content with the stored offset of the line; limit_exceeded.
Result<> read_perf_script(ByteView text, const Limits& limits, RecordingInfo& info, const VisitRecording& visit);

}  // namespace pgoprof
