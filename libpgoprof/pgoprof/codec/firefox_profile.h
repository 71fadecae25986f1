// Profiles of the Firefox profiler as recordings of addresses.
#pragma once

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"
#include "pgoprof/model/recording.h"

namespace pgoprof {

/// Reads what decode_firefox does (codec/foreign_profile.h), by address: what samply leaves to be symbolized. Each
/// library is one mapping, at a place of its own, and addresses relative to it are taken for file offsets, which they
/// are where code is linked at its offset, as Go's linker and GNU's do it. Frames inlined into another are left out:
/// whoever symbolizes finds them. Samples that took no CPU time are left out, too. Errors: invalid_content, also where
/// no frame has an address.
Result<> read_firefox(ByteView json, const Limits& limits, RecordingInfo& info, const VisitRecording& visit);

}  // namespace pgoprof
