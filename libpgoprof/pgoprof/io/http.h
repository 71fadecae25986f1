// HTTP behind a small interface; libcurl stays in http.cc and http_url.cc.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/io/http_url.h"

namespace pgoprof {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// Whom to trust, and what to show, on secure connections. All is PEM, in a file or (which comes first) in memory;
/// empty means the system's, or none. Whoever is named here is trusted alone.
struct HttpTls {
    std::string ca_file{};
    std::string ca_pem{};
    std::string certificate_file{};  ///< the client's own; stays with the origin, as its key does
    std::string certificate_pem{};
    std::string key_file{};
    std::string key_pem{};
    std::string server_name{};  ///< to ask for and to find in the certificate, in place of the URL's host; likewise
    bool insecure = false;      ///< believe any certificate
};

struct HttpBody {
    std::string content_type{};
    std::string bytes{};
};

struct HttpRequest {
    HttpUrl url;                     ///< user info is sent as basic authentication
    HttpHeaders headers{};           ///< name, value; like the user info, they stay with the origin of `url`
    std::optional<HttpBody> body{};  ///< is posted; redirects of such a request are not followed
    HttpTls tls{};
    std::string unix_socket{};  ///< path of the socket to connect to in place of the URL's host; stays with the origin
    std::string address{};      ///< IP address to connect to in place of what the host resolves to; likewise
    std::optional<std::string> proxy{};  ///< URL of the proxy, empty: none; without a value, as the environment says
    bool follow_redirects = true;        ///< else a redirect is the response
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds timeout{0};   ///< for everything, redirects included; 0: none
    std::chrono::seconds stall_timeout{0};  ///< longest silence, of a server that is connected; 0: any
    std::uint64_t max_body_bytes = 0;       ///< a larger body ends the transfer
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
    stalled,            ///< nothing came for `stall_timeout`
    no_answer,          ///< the connection ended before the response began
    cut_short,          ///< it ended within the response
    too_large,          ///< the body exceeds `max_body_bytes`
    malformed,          ///< the answer is not HTTP, or not HTTP as it should be
    tls,                ///< the secure connection failed; `detail` says why
    proxy,              ///< the proxy does not connect us; `detail` says why
    redirect,           ///< too many, or to where we do not go
    interrupted,        ///< cancelled
    other,
};

struct HttpFailure {
    HttpFault fault = HttpFault::other;
    std::string detail{};  ///< one line, perhaps with hostile text; no credentials; may be empty
};

using HttpOutcome = std::expected<HttpResponse, HttpFailure>;

/// Any number of requests at once, on the thread that calls. Any status that is not a redirect is a response, not a
/// failure. At most ten redirects are followed, to http and https only, never from https to http. Only the origin
/// (scheme, host, port) of the request's URL gets its credentials and headers, and only until the first redirect to
/// another one: none leads back to them. The process must ignore SIGPIPE.
class HttpTransfers {
public:
    using Done = std::function<void(HttpOutcome outcome)>;

    virtual ~HttpTransfers() = default;

    /// `done` is called once, from `advance` or `cancel_all`; it may start others.
    virtual void start(HttpRequest request, Done done) = 0;

    /// Carries all transfers on. Returns after `longest`, or earlier: when one is done, or after a signal.
    virtual void advance(std::chrono::milliseconds longest) = 0;

    /// Ends all with HttpFault::interrupted.
    virtual void cancel_all() = 0;

    /// How many are under way.
    virtual std::size_t active() const = 0;
};

/// Asked several times a second, and at once after a signal; false ends a transfer.
using KeepGoing = std::function<bool()>;

/// One request, from beginning to end.
HttpOutcome perform(HttpTransfers& transfers, HttpRequest request, const KeepGoing& keep_going);

/// What the bodies of all transfers under way may take, unless one alone takes more.
inline constexpr std::uint64_t kBodiesUnderWay = 32 * kMiB;

/// Over libcurl; proxies come from the environment. Keeps connections for the next request. A transfer whose body has
/// no room within `bodies_under_way` bytes waits, its server with it, for others to be done.
std::unique_ptr<HttpTransfers> make_http_transfers(std::uint64_t bodies_under_way = kBodiesUnderWay);

}  // namespace pgoprof
