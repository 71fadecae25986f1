#include "pgoprof/codec/perf_script.h"

namespace pgoprof {

Result<> read_perf_script(ByteView, const Limits&, RecordingInfo&, const VisitRecording&) {
    return fail(ErrorCode::invalid_content, "perf script text is not read yet");
}

}  // namespace pgoprof
