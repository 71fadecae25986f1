// HTTP behind a small interface; libcurl stays in http.cc.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/result.h"

namespace pgoprof {

struct HttpRequest {
    std::string url;                                             ///< http or https
    std::vector<std::pair<std::string, std::string>> headers{};  ///< name, value
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds timeout{0};  ///< whole transfer; 0: none
    std::uint64_t max_body_bytes = 0;      ///< a larger body ends the transfer
};

struct HttpResponse {
    long status = 0;
    std::vector<std::pair<std::string, std::string>> headers;  ///< of the last response; names in lower case
    Buffer body;                                               ///< decoded of any content-encoding
};

/// Why there is no whole response.
enum class HttpFault : std::uint8_t {
    bad_url,
    resolve,
    refused,
    timed_out,
    cut_short,
    too_large,
    tls,
    redirect,
    interrupted,
    other,
};

struct HttpFailure {
    HttpFault fault = HttpFault::other;
    std::string detail;  ///< libcurl's words; no credentials
};

/// Called now and then during a transfer; false ends it (HttpFault::interrupted).
using HttpProgress = std::function<bool(std::uint64_t body_bytes)>;

class HttpClient {
public:
    virtual ~HttpClient() = default;
    virtual std::expected<HttpResponse, HttpFailure> get(const HttpRequest& request, const HttpProgress& progress) = 0;
};

/// Over libcurl: http and https only, proxies from the environment.
std::unique_ptr<HttpClient> make_curl_client();

}  // namespace pgoprof
