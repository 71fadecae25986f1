#include "pgoprof/io/http.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <new>
#include <optional>
#include <stdexcept>

#include "pgoprof/base/gzip.h"
#include "pgoprof/base/trim.h"

namespace pgoprof {
namespace {

using Clock = std::chrono::steady_clock;
using Outcome = std::expected<HttpResponse, HttpFailure>;

constexpr int kMaxRedirects = 10;
constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::uint64_t kMaxHeaderBytes = 256 * kKiB;

std::unexpected<HttpFailure> failure(HttpFault fault, std::string detail = {}) {
    return std::unexpected<HttpFailure>({.fault = fault, .detail = std::move(detail)});
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

/// What libcurl's callbacks fill during one exchange.
struct Exchange {
    const HttpProgress& progress;
    std::uint64_t max_body_bytes;
    HttpResponse response{};
    std::uint64_t header_bytes = 0;
    bool headers_complete = false;
    bool headers_too_large = false;
    bool body_too_large = false;

    /// One header line, or the blank one that ends them. An interim response (status 1xx) begins anew.
    bool take_header(std::string_view line) {
        header_bytes += line.size();
        headers_too_large = header_bytes > kMaxHeaderBytes;
        if (headers_too_large) return false;
        if (line.starts_with("HTTP/")) {
            response.headers.clear();
            headers_complete = false;
        } else if (trim(line, kBlanks).empty()) {
            headers_complete = true;
        } else if (const auto colon = line.find(':'); colon != std::string_view::npos && !headers_complete) {
            response.headers.emplace_back(lower(line.substr(0, colon)), trim(line.substr(colon + 1), kBlanks));
        }
        return true;
    }

    bool take_body(ByteView bytes) {
        body_too_large = bytes.size() > max_body_bytes - response.body.size();
        if (!body_too_large) response.body.append(bytes);
        return !body_too_large;
    }
};

extern "C" {

std::size_t on_header(char* data, std::size_t, std::size_t size, void* exchange) {
    return static_cast<Exchange*>(exchange)->take_header({data, size}) ? size : 0;
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* exchange) {
    const bool taken = static_cast<Exchange*>(exchange)->take_body(as_bytes(std::string_view(data, size)));
    return taken ? size : size + 1;  // any other number than `size` ends the transfer
}

int on_progress(void* exchange, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    const auto* current = static_cast<Exchange*>(exchange);
    return current->progress && !current->progress(current->response.body.size()) ? 1 : 0;
}

}  // extern "C"

class CurlClient final : public HttpClient {
public:
    CurlClient() : easy_(curl_easy_init(), &curl_easy_cleanup) {
        if (!easy_) throw std::bad_alloc();
    }

    Outcome get(const HttpRequest& request, const HttpProgress& progress) override {
        const auto start = Clock::now();
        HttpRequest hop = request;
        for (int redirects = 0; redirects <= kMaxRedirects; ++redirects) {
            if (request.timeout.count() != 0) {
                const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
                if (spent >= request.timeout) return failure(HttpFault::timed_out);
                hop.timeout = request.timeout - spent;
            }
            Outcome outcome = exchange(hop, progress);
            if (!outcome || !is_redirect(*outcome)) return outcome;
            if (auto followed = follow(hop, outcome->header("location")); !followed) {
                return std::unexpected(followed.error());
            }
        }
        return failure(HttpFault::redirect, "more than 10 redirects");
    }

private:
    static bool is_redirect(const HttpResponse& response) {
        const long s = response.status;
        return (s == 301 || s == 302 || s == 303 || s == 307 || s == 308) && !response.header("location").empty();
    }

    /// Turns `hop` to where `location` points; what belongs to its origin stays behind if that is another.
    static std::expected<void, HttpFailure> follow(HttpRequest& hop, std::string_view location) {
        auto next = resolve(hop.url, location);
        if (!next) return failure(HttpFault::redirect, "redirected to what is not an http or https URL");
        if (hop.url.scheme == "https" && next->scheme != "https") {
            return failure(HttpFault::redirect, "redirected from https to http: " + to_string(*next));
        }
        if (next->same_origin(hop.url)) {
            next->user = hop.url.user;
            next->password = hop.url.password;
        } else {
            hop.headers.clear();
        }
        hop.url = *std::move(next);
        return {};
    }

    Outcome exchange(const HttpRequest& request, const HttpProgress& progress) {
        Exchange current{.progress = progress, .max_body_bytes = request.max_body_bytes};
        const HeaderList headers = header_list(request);
        prepare(request, headers, current);
        const CURLcode code = curl_easy_perform(easy_.get());
        set(CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
        current.response.status = info(CURLINFO_RESPONSE_CODE);
        if (code != CURLE_OK) return failure(fault_of(code, current), detail_of(code, current));
        if (!current.headers_complete) return failure(HttpFault::cut_short, "the headers are incomplete");
        return decoded(std::move(current.response), request.max_body_bytes);
    }

    using HeaderList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

    static HeaderList header_list(const HttpRequest& request) {
        HeaderList list(nullptr, &curl_slist_free_all);
        const auto add = [&](const std::string& line) {
            curl_slist* const old = list.release();
            curl_slist* const grown = curl_slist_append(old, line.c_str());
            list.reset(grown != nullptr ? grown : old);
            if (grown == nullptr) throw std::bad_alloc();
        };
        // A profile is gzip already. Whoever compresses it again all the same is understood: see decoded().
        add("Accept-Encoding: identity");
        for (const auto& [name, value] : request.headers) add(fmt::format("{}: {}", name, value));
        return list;
    }

    void prepare(const HttpRequest& request, const HeaderList& headers, Exchange& current) {
        curl_easy_reset(easy_.get());
        detail_[0] = '\0';
        set(CURLOPT_ERRORBUFFER, detail_);
        set(CURLOPT_URL, to_string(request.url).c_str());
        set(CURLOPT_PROTOCOLS_STR, "http,https");
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);  // a proxy's answer is not the server's
        set(CURLOPT_USERAGENT, "pgoprof");
        set(CURLOPT_HTTPHEADER, headers.get());
        if (request.url.has_user_info()) {
            set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
            set(CURLOPT_USERNAME, request.url.user.c_str());
            set(CURLOPT_PASSWORD, request.url.password.c_str());
        }
        set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout.count()));
        set(CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
        set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(request.max_body_bytes));
        set(CURLOPT_HEADERFUNCTION, &on_header);
        set(CURLOPT_HEADERDATA, &current);
        set(CURLOPT_WRITEFUNCTION, &on_body);
        set(CURLOPT_WRITEDATA, &current);
        set(CURLOPT_NOPROGRESS, 0L);
        set(CURLOPT_XFERINFOFUNCTION, &on_progress);
        set(CURLOPT_XFERINFODATA, &current);
    }

    template <typename Value>
    void set(CURLoption option, Value value) {
        const CURLcode code = curl_easy_setopt(easy_.get(), option, value);
        if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
        if (code != CURLE_OK) throw std::logic_error(std::string("curl_easy_setopt: ") + curl_easy_strerror(code));
    }

    long info(CURLINFO which) const {
        long value = 0;
        (void)curl_easy_getinfo(easy_.get(), which, &value);
        return value;
    }

    bool connected() const {
        curl_off_t micros = 0;
        (void)curl_easy_getinfo(easy_.get(), CURLINFO_PRETRANSFER_TIME_T, &micros);
        return micros > 0;
    }

    HttpFault fault_of(CURLcode code, const Exchange& current) const {
        switch (code) {
            case CURLE_OUT_OF_MEMORY:  // also what libcurl calls a header line that is too long for it
                if (current.header_bytes == 0 || current.headers_complete) throw std::bad_alloc();
                return HttpFault::malformed;
            case CURLE_COULDNT_RESOLVE_HOST:
            case CURLE_COULDNT_RESOLVE_PROXY:
                return HttpFault::resolve;
            case CURLE_COULDNT_CONNECT:
                return info(CURLINFO_OS_ERRNO) == ECONNREFUSED ? HttpFault::refused : HttpFault::unreachable;
            case CURLE_OPERATION_TIMEDOUT:
                return connected() ? HttpFault::timed_out : HttpFault::connect_timed_out;
            case CURLE_ABORTED_BY_CALLBACK:
                return HttpFault::interrupted;
            case CURLE_FILESIZE_EXCEEDED:
                return HttpFault::too_large;
            case CURLE_WRITE_ERROR:
                return current.body_too_large ? HttpFault::too_large : HttpFault::malformed;
            case CURLE_GOT_NOTHING:
            case CURLE_PARTIAL_FILE:
            case CURLE_RECV_ERROR:
            case CURLE_SEND_ERROR:
            case CURLE_HTTP2:
            case CURLE_HTTP2_STREAM:
                return current.header_bytes == 0 ? HttpFault::no_answer : HttpFault::cut_short;
            case CURLE_UNSUPPORTED_PROTOCOL:
            case CURLE_WEIRD_SERVER_REPLY:
                return HttpFault::malformed;
            case CURLE_SSL_CONNECT_ERROR:
            case CURLE_PEER_FAILED_VERIFICATION:
            case CURLE_SSL_CERTPROBLEM:
            case CURLE_SSL_CIPHER:
            case CURLE_SSL_CACERT_BADFILE:
            case CURLE_SSL_ISSUER_ERROR:
                return HttpFault::tls;
            default:
                return HttpFault::other;
        }
    }

    std::string detail_of(CURLcode code, const Exchange& current) const {
        if (current.headers_too_large || code == CURLE_OUT_OF_MEMORY) return "the headers are too large";
        return detail_[0] != '\0' ? detail_ : curl_easy_strerror(code);
    }

    /// libcurl would take a gzip stream that ends early for whole; ours does not.
    static Outcome decoded(HttpResponse response, std::uint64_t max_body_bytes) {
        const std::string encoding = lower(response.header("content-encoding"));
        if (encoding.empty() || encoding == "identity") return response;
        if (encoding != "gzip" && encoding != "x-gzip") {
            return failure(HttpFault::malformed, "unknown content-encoding " + encoding);
        }
        Budget budget(max_body_bytes);
        Buffer inflated;
        if (const auto inflating = gunzip(response.body.view(), budget, inflated); !inflating) {
            switch (inflating.error().fault) {
                case GzipFault::too_large:
                    return failure(HttpFault::too_large);
                case GzipFault::truncated:
                    return failure(HttpFault::cut_short, "the gzip content-encoding ends early");
                default:
                    return failure(HttpFault::malformed, "the gzip content-encoding is corrupt");
            }
        }
        response.body = std::move(inflated);
        return response;
    }

    std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy_;
    char detail_[CURL_ERROR_SIZE] = {};
};

}  // namespace

std::string_view HttpResponse::header(std::string_view name) const {
    const auto found = std::ranges::find(headers, name, &HttpHeaders::value_type::first);
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

std::unique_ptr<HttpClient> make_curl_client() {
    static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (initialised != CURLE_OK) throw std::runtime_error("curl_global_init failed");
    return std::make_unique<CurlClient>();
}

}  // namespace pgoprof
