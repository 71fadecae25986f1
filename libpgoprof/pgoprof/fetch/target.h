// What to ask of whom: a server's address made into a request for a CPU profile.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "pgoprof/base/result.h"
#include "pgoprof/io/http_url.h"

namespace pgoprof {

inline constexpr std::chrono::seconds kDefaultCapture{30};  ///< net/http/pprof's own
inline constexpr std::chrono::seconds kLongestCapture{1'000'000};

/// A capture's length: digits only, from 1 to kLongestCapture. net/http/pprof silently takes anything else for 30.
std::optional<std::chrono::seconds> parse_capture_seconds(std::string_view text);

struct Target {
    HttpUrl url;                   ///< complete: path, and a query with seconds
    std::chrono::seconds seconds;  ///< what the query asks for
    std::string name;              ///< for messages: the URL, its user info hidden
};

/// `text` is a URL, or host:port which means http. An empty or "/" path becomes /debug/pprof/profile. The length of the
/// capture is `seconds`, else what the URL says, else kDefaultCapture. Errors (usage): not an http or https URL, both
/// `seconds` and the URL give a length, the URL's is not an integer in range. Messages hide user info.
Result<Target> make_target(std::string_view text, std::optional<std::chrono::seconds> seconds);

}  // namespace pgoprof
