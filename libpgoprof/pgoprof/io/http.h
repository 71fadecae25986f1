// HTTP behind a small interface; libcurl stays in http.cc and http_url.cc.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pgoprof/base/bytes.h"
#include "pgoprof/io/http_url.h"

namespace pgoprof {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
    HttpUrl url;            ///< user info is sent as basic authentication
    HttpHeaders headers{};  ///< name, value; like the user info, they stay with the origin of `url`
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds timeout{0};  ///< for everything, redirects included; 0: none
    std::uint64_t max_body_bytes = 0;      ///< a larger body ends the transfer
};

struct HttpResponse {
    long status = 0;
    HttpHeaders headers{};  ///< of the last response; names in lower case
    Buffer body{};          ///< complete, and decoded of any content-encoding

    /// The first header of that (lower-case) name; empty if there is none.
    std::string_view header(std::string_view name) const;
};

/// Why there is no whole response.
enum class HttpFault : std::uint8_t {
    resolve,            ///< the host has no address
    refused,            ///< nobody listens
    unreachable,        ///< no connection for another reason
    connect_timed_out,  ///< no connection within `connect_timeout`
    timed_out,          ///< no complete response within `timeout`
    no_answer,          ///< the connection ended before the response began
    cut_short,          ///< it ended within the response
    too_large,          ///< the body exceeds `max_body_bytes`
    malformed,          ///< the answer is not HTTP, or not HTTP as it should be
    tls,                ///< the secure connection failed; `detail` says why
    redirect,           ///< too many, or to where we do not go
    interrupted,        ///< the progress callback said so
    other,
};

struct HttpFailure {
    HttpFault fault = HttpFault::other;
    std::string detail{};  ///< one line, perhaps with hostile text; no credentials; may be empty
};

/// Called at least once a second during a transfer, and at once after a signal; false ends it (HttpFault::interrupted).
using HttpProgress = std::function<bool(std::uint64_t body_bytes)>;

class HttpClient {
public:
    virtual ~HttpClient() = default;

    /// Any status that is not a redirect is a response, not a failure. At most ten redirects are followed, to http and
    /// https only, never from https to http. Only the origin (scheme, host, port) of the request's URL gets its
    /// credentials and headers.
    virtual std::expected<HttpResponse, HttpFailure> get(const HttpRequest& request, const HttpProgress& progress) = 0;
};

/// Over libcurl; proxies come from the environment. Keeps connections for the next request. Not for several threads.
std::unique_ptr<HttpClient> make_curl_client();

}  // namespace pgoprof
