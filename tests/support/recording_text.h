// What a recording holds, as text to compare.
#pragma once

#include <string>
#include <vector>

#include "pgoprof/base/limits.h"
#include "pgoprof/model/recording.h"

namespace pgoprof::testing {

struct ReadRecording {
    RecordingInfo info;
    std::vector<std::string> items;  ///< "sample 7/8 @100 x1 e0 ip 10 [10 20]", "map 7 400000+1000@0 /app"
    Result<> result;
};

using RecordingReader = Result<> (*)(ByteView, const Limits&, RecordingInfo&, const VisitRecording&);

ReadRecording read_recording(RecordingReader reader, const std::string& content, const Limits& limits = {});

/// Reads all that the items refer to, as whoever uses a recording does. Whether it could be read to its end.
bool touch_recording(RecordingReader reader, ByteView content, const Limits& limits = {});

}  // namespace pgoprof::testing
