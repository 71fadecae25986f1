// perf.data, as `perf record` writes it into a file or a pipe.
#pragma once

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"
#include "pgoprof/model/recording.h"

namespace pgoprof {

/// Reads `data` from end to end, compressed records (zstd) and all, and hands its items to `visit` in the order of
/// their times, as perf itself does; what has no time comes as it stands, before the records around it. Memory is
/// bounded by the records between two FINISHED_ROUNDs, not by the file. `info` is complete before the first visit: a
/// pipe, whose events, names and build ids stand among its records, is walked twice. Build ids are those of the
/// mapping's record, else those that the header has of a file of that name.
///
/// - Samples of a guest are `in_kernel` without a chain: their addresses are none of the process.
/// - Registers are those of 64-bit processes of x86-64. Branch stacks (LBR) and the values of counters that were read
///   with a sample ("{a,b}:S") are passed over: such a sample is one of the event that took it, with its period.
/// - What LOST and LOST_SAMPLES both count is told once.
/// - Forks that perf wrote of processes older than the recording are left out: their mappings are written, too.
///
/// Refused: recordings of the other byte order, and samples of events that the recording does not describe. Errors:
/// invalid_content with the stored offset (of the compressed record, if in one); limit_exceeded.
Result<> read_perf_data(ByteView data, const Limits& limits, RecordingInfo& info, const VisitRecording& visit);

}  // namespace pgoprof
