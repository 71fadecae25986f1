// What a server's answer is worth: a CPU profile, or why not.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"
#include "pgoprof/io/http.h"
#include "pgoprof/load.h"
#include "pgoprof/model/raw_profile.h"

namespace pgoprof {

/// What a server sent as a profile.
struct ProfileBody {
    Buffer bytes{};
    std::string content_type{};  ///< as the server named it; may be empty
};

/// What a CPU profile says of itself.
struct CaptureFigures {
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
    http_status,      ///< any other status but 200; `status` has it
    html,
    not_a_profile,
    not_cpu,   ///< a profile of something else
    no_match,  ///< a backend has no profile of what was asked for
};

struct CaptureFailure {
    CaptureFault fault;
    Error error;
    long status = 0;                                       ///< of the answer; 0 without one
    std::optional<std::chrono::seconds> retry_after = {};  ///< as the server asked
};

/// The name of a fault in manifests and JSON: "timed-out".
std::string_view fault_name(CaptureFault fault);

struct CapturedProfile {
    const RawProfile* profile = nullptr;  ///< valid as what `loader` returned
    CaptureFigures figures{};
};

/// Decodes a body that was meant to be a CPU profile. Faults: html, not_a_profile, not_cpu, cut_short, too_large.
/// Errors do not name an input. The body must stay as long as the result is used.
std::expected<CapturedProfile, CaptureFailure> read_capture(Loader& loader, const ProfileBody& body);

/// Why there is no answer. `seconds` is the length of the capture (0: none was asked for), `timeout` of the request.
CaptureFailure explain_failure(const HttpFailure& failure, const HttpRequest& request, std::chrono::seconds seconds);

/// The first line of an error page of plain text, as far as fit for a message; else empty.
std::string plain_text(const HttpResponse& response);

/// What an answer without the wanted content means, whatever the server is: Retry-After, denied, plain_text.
CaptureFailure explain_status(const HttpResponse& response);

}  // namespace pgoprof
