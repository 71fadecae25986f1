// Any bytes at all, as a recording.
#include <cstddef>
#include <cstdint>
#include <span>

#include "pgoprof/codec/perf_data.h"
#include "pgoprof/codec/perf_script.h"
#include "support/recording_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace pgoprof;
    Limits limits;
    limits.budget_base = 16 * kMiB;
    const ByteView content = std::as_bytes(std::span(data, size));
    testing::touch_recording(read_perf_data, content, limits);
    testing::touch_recording(read_perf_script, content, limits);
    return 0;
}
