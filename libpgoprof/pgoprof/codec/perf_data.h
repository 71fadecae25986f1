// perf.data, as `perf record` writes it into a file or a pipe.
#pragma once

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"
#include "pgoprof/model/recording.h"

namespace pgoprof {

/// Reads `data` from end to end, compressed records (zstd) and all, and hands its items to `visit` in the order of
/// their times. A file is read twice where its info stands behind its records, and memory is bounded by the records
/// between two FINISHED_ROUNDs, not by the file. `info` is filled before the first visit, as far as the recording says
/// it up front (a pipe may add events on the way); build ids of the header's table are those of the mappings of the
/// same file. Errors: invalid_content with the stored offset; limit_exceeded.
Result<> read_perf_data(ByteView data, const Limits& limits, RecordingInfo& info, const VisitRecording& visit);

}  // namespace pgoprof
