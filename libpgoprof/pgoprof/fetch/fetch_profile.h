// One capture of a CPU profile from one server.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"
#include "pgoprof/fetch/target.h"
#include "pgoprof/io/http.h"

namespace pgoprof {

/// A whole CPU profile, as the server sent it.
struct Capture {
    Buffer body{};
    std::int64_t duration_nanos = 0;
    std::int64_t samples = 0;    ///< sum of samples/count; without that column, the number of sample records
    std::int64_t cpu_nanos = 0;  ///< sum of cpu/nanoseconds; 0 without that column

    /// CPUs kept busy on average; 0 where the profile does not say.
    double cores() const;
};

/// Why a capture failed, for those who decide by it (what to retry, what to count).
enum class CaptureFault : std::uint8_t {
    unresolved,
    refused,
    unreachable,
    tls,
    timed_out,
    no_answer,
    cut_short,
    too_large,
    redirect,
    malformed,
    interrupted,
    busy,             ///< another CPU profile is being taken
    write_timeout,    ///< the server refuses a capture beyond its WriteTimeout
    not_found,        ///< no such page
    unknown_profile,  ///< net/http/pprof has no profile of that name
    denied,           ///< 401 or 403
    http_status,      ///< any other status but 200
    html,
    not_a_profile,
    not_cpu,  ///< a profile of something else
};

struct CaptureFailure {
    CaptureFault fault;
    Error error;
};

using CaptureResult = std::expected<Capture, CaptureFailure>;

struct CaptureOptions {
    /// For everything; 0: the capture's seconds and kCaptureMargin.
    std::chrono::seconds timeout{0};
    /// `input_bytes` bounds the body.
    Limits limits{.input_bytes = 64 * kMiB};
};

/// What a server gets beyond the capture's length to resolve, connect, finish the profile and send it.
inline constexpr std::chrono::seconds kCaptureMargin{30};

/// What to ask of the target.
HttpRequest capture_request(const Target& target, const CaptureOptions& options);

/// What the exchange amounts to.
CaptureResult interpret(const Target& target, const CaptureOptions& options, HttpOutcome outcome);

}  // namespace pgoprof
