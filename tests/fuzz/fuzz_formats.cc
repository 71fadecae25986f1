// Any bytes at all, as a file of each foreign format; what is read must be a sound profile, and can be written.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "pgoprof/codec/export.h"
#include "pgoprof/codec/firefox_profile.h"
#include "pgoprof/codec/foreign_profile.h"
#include "pgoprof/codec/format.h"
#include "pgoprof/codec/gperftools_profile.h"
#include "pgoprof/codec/pprof.h"
#include "pgoprof/model/invariants.h"

using namespace pgoprof;

namespace {

/// A profile that is written and read again is sound.
void require_sound(const Profile& profile, const Limits& limits) {
    const Buffer bytes = encode_pprof(profile);
    Budget budget(kGiB);
    RawProfile raw;
    if (!decode_pprof(bytes.view(), limits, budget, raw)) std::abort();
    if (!require_invariants(raw)) std::abort();
}

void write_all(const Profile& profile) {
    const WriteBytes ignore = [](ByteView) -> Result<> { return {}; };
    for (const auto encode : {encode_speedscope, encode_callgrind, encode_text, encode_json}) {
        (void)encode(profile, ignore);
    }
    for (const OutputFormat format : kOutputFormats) (void)losses(profile, format, 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Limits limits;
    limits.budget_base = 16 * kMiB;
    const ByteView content = std::as_bytes(std::span(data, size));
    (void)detect_format(content);
    for (const auto decode : {decode_folded, decode_speedscope, decode_firefox, decode_otlp}) {
        Budget budget(limits.decode_budget(content.size()));
        const auto decoded = decode(content, limits, budget);
        if (!decoded) continue;
        require_sound(decoded->profile, limits);
        write_all(decoded->profile);
    }
    const VisitRecording ignore = [](const RecordingItem&) -> Result<> { return {}; };
    for (const auto read : {read_gperftools, read_firefox}) {
        RecordingInfo info;
        (void)read(content, limits, info, ignore);
    }
    return 0;
}
