// Go servers that serve net/http/pprof: over TCP, or a unix socket.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "pgoprof/base/result.h"
#include "pgoprof/fetch/source.h"

namespace pgoprof {

/// A capture's length: digits only, from 1 to kLongestCapture. net/http/pprof silently takes anything else for 30.
std::optional<std::chrono::seconds> parse_capture_seconds(std::string_view text);

/// `text` is a URL, host:port which means http, or unix:SOCKET, with unix:SOCKET:/path if the path is another. An empty
/// or "/" path becomes /debug/pprof/profile. The length of the capture is `options.seconds`, else what the URL says,
/// else kDefaultCapture. With `options.all_addresses` each address of a host is a source, named by the URL and the
/// address; all are asked as the host. Errors (usage): not an http or https URL, both `options.seconds` and the URL
/// give a length, the URL's is not an integer in range. Messages hide user info, and what the query says but for
/// `seconds`.
Result<std::unique_ptr<Target>> make_pprof_server(std::string_view text, const TargetOptions& options);

/// What answers `request` as net/http/pprof does: with a profile of that length, or one of its errors. Timeouts and
/// limits are those of `options`, whose access is granted.
Source pprof_source(std::string name, HttpRequest request, std::chrono::seconds seconds, const TargetOptions& options);

}  // namespace pgoprof
