#include "pgoprof/io/http_transfer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <system_error>

#include "pgoprof/base/gzip.h"
#include "pgoprof/base/trim.h"

namespace pgoprof {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMaxRedirects = 10;
constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::uint64_t kMaxHeaderBytes = 64 * kKiB;  // of interim responses, too

std::unexpected<HttpFailure> failure(HttpFault fault, std::string detail = {}) {
    return std::unexpected<HttpFailure>({.fault = fault, .detail = std::move(detail)});
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

using List = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

List empty_list() { return {nullptr, &curl_slist_free_all}; }

void append(List& list, const std::string& line) {
    curl_slist* const grown = curl_slist_append(list.get(), line.c_str());
    if (grown == nullptr) throw std::bad_alloc();
    (void)list.release();
    list.reset(grown);
}

extern "C" {

std::size_t on_header(char* data, std::size_t, std::size_t size, void* transfer) {
    return static_cast<HttpTransfer*>(transfer)->take_header({data, size}) ? size : 0;
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* transfer) {
    switch (static_cast<HttpTransfer*>(transfer)->take_body(as_bytes(std::string_view(data, size)))) {
        case HttpTransfer::Taken::all:
            return size;
        case HttpTransfer::Taken::wait:
            return CURL_WRITEFUNC_PAUSE;
        case HttpTransfer::Taken::too_much:
            break;
    }
    return size + 1;  // any other number than `size` ends the transfer
}

}  // extern "C"

}  // namespace

/// One header line, or the blank one that ends them. An interim response (status 1xx) begins anew.
bool HttpTransfer::take_header(std::string_view line) {
    header_bytes_ += line.size();
    headers_too_large_ = header_bytes_ > kMaxHeaderBytes;
    if (headers_too_large_) return false;
    if (line.starts_with("HTTP/")) {
        response_.headers.clear();
        headers_complete_ = false;
    } else if (trim(line, kBlanks).empty()) {
        headers_complete_ = true;
    } else if (const auto colon = line.find(':'); colon != std::string_view::npos && !headers_complete_) {
        response_.headers.emplace_back(lower(line.substr(0, colon)), trim(line.substr(colon + 1), kBlanks));
    }
    return true;
}

HttpTransfer::Taken HttpTransfer::take_body(ByteView bytes) {
    body_too_large_ = bytes.size() > hop_.max_body_bytes - response_.body.size();
    if (body_too_large_) return Taken::too_much;
    if (!room_.take(easy(), bytes.size(), hop_.max_body_bytes, Clock::now())) return Taken::wait;
    room_taken_ += bytes.size();
    response_.body.append(bytes);
    return Taken::all;
}

void HttpTransfer::leave_room() { room_.release(easy(), std::exchange(room_taken_, 0)); }

HttpTransfer::HeaderList HttpTransfer::header_list() const {
    HeaderList list = empty_list();
    // A profile is gzip already. Whoever compresses it again all the same is understood: see decoded().
    append(list, "Accept-Encoding: identity");
    if (hop_.body) append(list, "Content-Type: " + hop_.body->content_type);
    // libcurl takes "Name:" for an order to leave that header out, and "Name;" for one without a value.
    for (const auto& [name, value] : hop_.headers) append(list, value.empty() ? name + ";" : name + ": " + value);
    if (!hop_.tls.server_name.empty()) append(list, fmt::format("Host: {}:{}", hop_.url.host, hop_.url.port));
    return list;
}

/// libcurl takes the name that it asks for and verifies from the URL: there it stands, and where to connect to is said
/// apart.
void HttpTransfer::prepare_url() {
    HttpUrl url = hop_.url;
    const bool v6 = hop_.address.find(':') != std::string::npos;
    const std::string address = v6 ? "[" + hop_.address + "]" : hop_.address;
    connect_to_ = empty_list();
    if (!address.empty() || !hop_.tls.server_name.empty()) {
        append(connect_to_, fmt::format("::{}:{}", address.empty() ? url.host : address, url.port));
        set(CURLOPT_CONNECT_TO, connect_to_.get());
    }
    if (!hop_.tls.server_name.empty()) url.host = hop_.tls.server_name;
    set(CURLOPT_URL, to_string(url).c_str());
}

void HttpTransfer::prepare() {
    leave_room();
    response_ = {};
    header_bytes_ = 0;
    headers_complete_ = headers_too_large_ = body_too_large_ = false;
    curl_easy_reset(easy_.get());
    detail_[0] = '\0';
    headers_ = header_list();
    set(CURLOPT_PRIVATE, this);
    set(CURLOPT_ERRORBUFFER, detail_);
    prepare_url();
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);  // a proxy's answer is not the server's
    set(CURLOPT_USERAGENT, "pgoprof");
    set(CURLOPT_HTTPHEADER, headers_.get());
    if (hop_.url.has_user_info()) {
        set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
        set(CURLOPT_USERNAME, hop_.url.user.c_str());
        set(CURLOPT_PASSWORD, hop_.url.password.c_str());
    }
    prepare_connection();
    set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(hop_.max_body_bytes));
    set(CURLOPT_HEADERFUNCTION, &on_header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_WRITEFUNCTION, &on_body);
    set(CURLOPT_WRITEDATA, this);
    prepare_tls();
    prepare_body();
}

void HttpTransfer::prepare_connection() {
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(hop_.connect_timeout.count()));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(hop_.timeout.count()));
    if (hop_.stall_timeout.count() != 0) {
        set(CURLOPT_LOW_SPEED_LIMIT, 1L);
        set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(hop_.stall_timeout.count()));
    }
    set(CURLOPT_QUICK_EXIT, 1L);  // a name server that does not answer holds nobody up
    if (hop_.proxy) set(CURLOPT_PROXY, hop_.proxy->c_str());
    if (!hop_.unix_socket.empty()) {
        set(CURLOPT_UNIX_SOCKET_PATH, hop_.unix_socket.c_str());
        set(CURLOPT_NOPROXY, "*");
    }
}

void HttpTransfer::set_pem(CURLoption file_option, const std::string& file, CURLoption pem_option, std::string& pem) {
    if (pem.empty()) return set_text(file_option, file);
    curl_blob blob{.data = pem.data(), .len = pem.size(), .flags = CURL_BLOB_COPY};
    set(pem_option, &blob);
}

void HttpTransfer::prepare_tls() {
    // Debian's libcurl would trust the system's folder of certificates besides any file; and without a folder it reads
    // the file once for all connections.
    const bool has_own = !hop_.tls.ca_file.empty() || !hop_.tls.ca_pem.empty();
    if (has_own || curl_version_info(CURLVERSION_NOW)->cainfo != nullptr)
        set(CURLOPT_CAPATH, static_cast<char*>(nullptr));
    set_pem(CURLOPT_CAINFO, hop_.tls.ca_file, CURLOPT_CAINFO_BLOB, hop_.tls.ca_pem);
    set(CURLOPT_KEYPASSWD, "");  // asks nobody for the password of a key
    set_pem(CURLOPT_SSLCERT, hop_.tls.certificate_file, CURLOPT_SSLCERT_BLOB, hop_.tls.certificate_pem);
    set_pem(CURLOPT_SSLKEY, hop_.tls.key_file, CURLOPT_SSLKEY_BLOB, hop_.tls.key_pem);
    set(CURLOPT_SSL_VERIFYPEER, hop_.tls.insecure ? 0L : 1L);
    set(CURLOPT_SSL_VERIFYHOST, hop_.tls.insecure ? 0L : 2L);
}

void HttpTransfer::prepare_body() {
    if (!hop_.body) return;
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(hop_.body->bytes.size()));
    set(CURLOPT_POSTFIELDS, hop_.body->bytes.data());
}

std::optional<HttpOutcome> HttpTransfer::finish(CURLcode code) {
    response_.status = info(CURLINFO_RESPONSE_CODE);
    if (code != CURLE_OK) return failure(fault_of(code), detail_of(code));
    if (!headers_complete_) return failure(HttpFault::cut_short, "the headers are incomplete");
    if (is_redirect()) return follow();
    return decoded();
}

bool HttpTransfer::is_redirect() const {
    const long s = response_.status;
    if (!hop_.follow_redirects) return false;
    const bool status = s == 301 || s == 302 || s == 303 || s == 307 || s == 308;
    return status && !response_.header("location").empty();
}

/// Turns the request to where it is redirected; what belongs to its origin stays behind if that is another.
std::optional<HttpOutcome> HttpTransfer::follow() {
    if (hop_.body) return failure(HttpFault::redirect, "what was posted is not sent elsewhere");
    if (++redirects_ > kMaxRedirects) return failure(HttpFault::redirect, "more than 10 redirects");
    auto next = resolve(hop_.url, response_.header("location"));
    if (!next) return failure(HttpFault::redirect, "redirected to what is not an http or https URL");
    if (hop_.url.scheme == "https" && next->scheme != "https")
        return failure(HttpFault::redirect, "redirected from https to http: " + redacted(*next));
    if (next->same_origin(hop_.url)) {
        next->user = hop_.url.user;
        next->password = hop_.url.password;
    } else {
        hop_.headers.clear();
        for (auto* const own : {&hop_.tls.certificate_file, &hop_.tls.certificate_pem, &hop_.tls.key_file,
                                &hop_.tls.key_pem, &hop_.tls.server_name})
            own->clear();
        hop_.unix_socket.clear();
        hop_.address.clear();
    }
    hop_.url = *std::move(next);
    if (!deadline_) return std::nullopt;
    hop_.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(*deadline_ - Clock::now());
    if (hop_.timeout.count() <= 0) return failure(HttpFault::timed_out);
    return std::nullopt;
}

long HttpTransfer::info(CURLINFO which) const {
    long value = 0;
    (void)curl_easy_getinfo(easy_.get(), which, &value);
    return value;
}

bool HttpTransfer::connected() const {
    curl_off_t micros = 0;
    (void)curl_easy_getinfo(easy_.get(), CURLINFO_PRETRANSFER_TIME_T, &micros);
    return micros > 0;
}

/// Whether it is a proxy that stands in the way.
bool HttpTransfer::at_proxy(CURLcode code) const {
    const long answered = info(CURLINFO_HTTP_CONNECTCODE);
    if (code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_PROXY || (answered != 0 && answered != 200)) return true;
    // All that tells whom libcurl could not connect to.
    return code == CURLE_COULDNT_CONNECT && hop_.unix_socket.empty() &&
           std::string_view(detail_).starts_with("Failed to connect to ") &&
           std::string_view(detail_).find(" port " + hop_.url.port + " ") == std::string_view::npos;
}

/// The connection ended too early: what that is called.
HttpFault HttpTransfer::broken_off() const {
    // With TLS 1.3 a server refuses the client's certificate, or the lack of one, after the handshake.
    if (std::string_view(detail_).find("SSL routines") != std::string_view::npos &&
        std::string_view(detail_).find(" alert ") != std::string_view::npos)
        return HttpFault::tls;
    return header_bytes_ == 0 ? HttpFault::no_answer : HttpFault::cut_short;
}

HttpFault HttpTransfer::fault_of(CURLcode code) const {
    if (at_proxy(code)) return HttpFault::proxy;
    switch (code) {
        case CURLE_OUT_OF_MEMORY:  // also what libcurl calls a status or header line that is too long for it
            if (!connected() || headers_complete_) throw std::bad_alloc();
            return HttpFault::malformed;
        case CURLE_COULDNT_RESOLVE_HOST:
            return HttpFault::resolve;
        case CURLE_COULDNT_CONNECT:
            if (info(CURLINFO_OS_ERRNO) == ECONNRESET) return HttpFault::no_answer;
            return info(CURLINFO_OS_ERRNO) == ECONNREFUSED ? HttpFault::refused : HttpFault::unreachable;
        case CURLE_OPERATION_TIMEDOUT:
            if (std::string_view(detail_).starts_with("Operation too slow")) return HttpFault::stalled;
            return connected() ? HttpFault::timed_out : HttpFault::connect_timed_out;
        case CURLE_ABORTED_BY_CALLBACK:
            return HttpFault::interrupted;
        case CURLE_FILESIZE_EXCEEDED:
            return HttpFault::too_large;
        case CURLE_WRITE_ERROR:
            return body_too_large_ ? HttpFault::too_large : HttpFault::malformed;
        case CURLE_GOT_NOTHING:
        case CURLE_PARTIAL_FILE:
        case CURLE_RECV_ERROR:
        case CURLE_SEND_ERROR:
        case CURLE_HTTP2:
        case CURLE_HTTP2_STREAM:
            return broken_off();
        case CURLE_BAD_CONTENT_ENCODING:
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_WEIRD_SERVER_REPLY:
            return HttpFault::malformed;
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CLIENTCERT:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
            return HttpFault::tls;
        default:
            return HttpFault::other;
    }
}

std::string HttpTransfer::detail_of(CURLcode code) const {
    if (headers_too_large_ || code == CURLE_OUT_OF_MEMORY) return "the headers are too large";
    if (code == CURLE_BAD_CONTENT_ENCODING) return "unknown transfer-encoding";
    // libcurl speaks of the host and port that the URL would have without the socket.
    if (code == CURLE_COULDNT_CONNECT && !hop_.unix_socket.empty() && info(CURLINFO_OS_ERRNO) != 0)
        return std::generic_category().message(static_cast<int>(info(CURLINFO_OS_ERRNO)));
    return detail_[0] != '\0' ? detail_ : curl_easy_strerror(code);
}

/// libcurl would take a gzip stream that ends early for whole; ours does not.
HttpOutcome HttpTransfer::decoded() {
    const std::string encoding = lower(response_.header("content-encoding"));
    if (encoding.empty() || encoding == "identity") return std::move(response_);
    if (encoding != "gzip" && encoding != "x-gzip") {
        return failure(HttpFault::malformed, "unknown content-encoding " + encoding);
    }
    Budget budget(hop_.max_body_bytes);
    Buffer inflated;
    if (const auto inflating = gunzip(response_.body.view(), budget, inflated); !inflating) {
        switch (inflating.error().fault) {
            case GzipFault::too_large:
                return failure(HttpFault::too_large);
            case GzipFault::truncated:
                return failure(HttpFault::cut_short, "the gzip content-encoding ends early");
            default:
                return failure(HttpFault::malformed, "the gzip content-encoding is corrupt");
        }
    }
    response_.body = std::move(inflated);
    return std::move(response_);
}

}  // namespace pgoprof
