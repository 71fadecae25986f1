// The text that `perf script` prints.
#pragma once

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"
#include "pgoprof/model/recording.h"

namespace pgoprof {

/// Reads `perf script`'s default fields, with or without --header, -F +pid, +cpu, -period, --ns, --show-mmap-events and
/// the like. Samples carry `named` frames without those of the kernel. Measured on perf 6.1, of the same recordings:
///
/// - `NamedFrame::address` is an offset of the file that the frame names, ip - start + offset of the mapping, even in
///   executables that are not relocated. It is an address of the process where no file is known, and in the samples of
///   recordings without call chains, whose only frame stands on the sample's own line.
/// - The leaf's address is exact. A caller's is its return address where perf had the chain (-g), but one less where it
///   unwound the user stack (--call-graph dwarf): of both, the address before is still within the call.
/// - A function that was inlined has a line of its own, marked "(inlined)", before that of the function that it is part
///   of, with the same address and offset. Those lines are left out. Lines of equal address and without that mark are
///   recursion.
/// - The default fields have no process ids, only thread ids: `pid` then is the thread's, too. `-F +pid` adds them.
///
/// Events are added to `info` as they appear, and are of StackKind::frame_pointers from their first sample on that has
/// a chain. Text says nothing of mappings. Errors: invalid_content with the stored offset of the line; limit_exceeded.
Result<> read_perf_script(ByteView text, const Limits& limits, RecordingInfo& info, const VisitRecording& visit);

}  // namespace pgoprof
