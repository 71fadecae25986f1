#include "pgoprof/fetch/pprof_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <ranges>
#include <vector>

#include "pgoprof/base/percent.h"

namespace pgoprof {
namespace {

bool has_scheme(std::string_view text) {
    const auto colon = text.find("://");
    if (colon == 0 || colon == std::string_view::npos) return false;
    return std::ranges::all_of(text.substr(0, colon),
                               [](unsigned char c) { return std::isalnum(c) || c == '+' || c == '-' || c == '.'; });
}

/// ":6060" is what Go programmers call a port of this machine.
std::string with_scheme(std::string_view text) {
    if (has_scheme(text)) return std::string(text);
    return (text.starts_with(':') ? "http://localhost" : "http://") + std::string(text);
}

bool is_bare_port(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// A key or value of a query as the server reads it.
std::string decode_query(std::string_view text) {
    std::string spaced(text);
    std::ranges::replace(spaced, '+', ' ');
    return percent_decode(spaced);
}

/// The values of `seconds` in a query.
std::vector<std::string> seconds_values(std::string_view query) {
    std::vector<std::string> values;
    for (const auto part : std::views::split(query, '&')) {
        const std::string_view pair(part.begin(), part.end());
        const auto equals = std::min(pair.find('='), pair.size());
        if (decode_query(pair.substr(0, equals)) != "seconds") continue;
        values.push_back(decode_query(pair.substr(std::min(equals + 1, pair.size()))));
    }
    return values;
}

Result<std::chrono::seconds> only_value(const std::vector<std::string>& values) {
    const auto seconds = values.size() == 1 ? parse_capture_seconds(values.front()) : std::nullopt;
    if (seconds) return *seconds;
    return fail(ErrorCode::usage,
                fmt::format("seconds in the URL must be one integer from 1 to {}", kLongestCapture.count()),
                "Go takes anything else for 30 without a word");
}

/// What the server of `address` is asked for, as the user may have written `seconds` into the URL.
struct Address {
    HttpUrl url;  ///< complete
    std::chrono::seconds seconds;
    std::string name;
};

Result<Address> parse_address(std::string_view text, std::optional<std::chrono::seconds> seconds) {
    if (is_bare_port(text)) {
        return fail_in(text, {.code = ErrorCode::usage,
                              .message = "a port without a host",
                              .remedy = fmt::format("for this machine write localhost:{}", text)});
    }
    // "http:/host" would pass for the host "http".
    const bool misspelt = (text.starts_with("http:") || text.starts_with("https:")) && !has_scheme(text);
    auto url = misspelt ? std::nullopt : parse_http_url(with_scheme(text));
    if (!url) {
        return fail_in(redacted(text), {.code = ErrorCode::usage,
                                        .message = "not an http or https URL",
                                        .remedy = "write host:port or http://host:port[/path]"});
    }
    Address address{.url = *std::move(url), .seconds = seconds.value_or(kDefaultCapture), .name = {}};
    if (address.url.path == "/") address.url.path = "/debug/pprof/profile";
    const auto values = seconds_values(address.url.query);
    if (values.empty()) {
        if (!address.url.query.empty()) address.url.query += '&';
        address.url.query += fmt::format("seconds={}", address.seconds.count());
    }
    address.name = redacted(address.url);
    if (values.empty()) return address;

    const auto given = only_value(values);
    if (!given) return fail_in(address.name, given.error());
    if (seconds) {
        return fail_in(address.name, {.code = ErrorCode::usage,
                                      .message = "the URL gives seconds already",
                                      .remedy = "leave out --seconds, or seconds= in the URL"});
    }
    address.seconds = *given;
    return address;
}

/// The errors of net/http/pprof (Go's net/http/pprof/pprof.go), and those of net/http in front of it.
CaptureFailure explain_page(const HttpResponse& response, std::chrono::seconds seconds) {
    const std::string text = plain_text(response);
    const auto says = [&](std::string_view words) { return text.find(words) != std::string::npos; };
    const std::string status = fmt::format("HTTP status {}", response.status);
    CaptureFailure failure = explain_status(response);
    const auto explain = [&](CaptureFault fault, std::string message, std::string remedy) {
        failure.fault = fault;
        failure.error.message = std::move(message);
        failure.error.remedy = std::move(remedy);
    };
    if (response.status == 404 && says("Unknown profile")) {
        explain(CaptureFault::unknown_profile, "the server has no profile of that name (" + status + ")",
                "a CPU profile is at /debug/pprof/profile");
    } else if (response.status == 404) {
        explain(
            CaptureFault::not_found, "no such page (" + status + ")",
            "the server must import _ \"net/http/pprof\" and serve http.DefaultServeMux there; if its handlers stand "
            "elsewhere, give the whole path");
    } else if (response.status == 400 && says("WriteTimeout")) {
        explain(CaptureFault::write_timeout,
                fmt::format("{}s are beyond the server's WriteTimeout ({})", seconds.count(), status),
                "ask for fewer seconds, or raise the WriteTimeout of its http.Server");
    } else if (response.status == 400 && says("HTTP request to an HTTPS server")) {
        failure.error.remedy = "write https://";
    } else if (response.status == 500 && says("already in use")) {
        explain(CaptureFault::busy, "profiling already in use (" + status + ")",
                "Go takes one CPU profile at a time: try again when the other's time is over");
    }
    return failure;
}

/// A server that is always the same.
class FixedTarget final : public Target {
public:
    explicit FixedTarget(Source source) : source_(std::move(source)) {}

    const std::string& name() const override { return source_.name; }
    Result<std::vector<Source>> sources(const Ask&) override { return std::vector{source_}; }

private:
    Source source_;
};

class PprofExchange final : public Exchange {
public:
    PprofExchange(HttpRequest request, Access access, std::chrono::seconds seconds)
        : request_(std::move(request)), access_(std::move(access)), seconds_(seconds) {}

    Step first() override {
        if (const auto granted = grant(access_, request_); !granted) {
            return CaptureFailure{.fault = CaptureFault::denied, .error = granted.error()};
        }
        return request_;
    }

    Step next(HttpOutcome outcome) override {
        if (!outcome) return explain_failure(outcome.error(), request_, seconds_);
        if (outcome->status != 200) return explain_page(*outcome, seconds_);
        std::vector<ProfileBody> bodies;
        std::string content_type(outcome->header("content-type"));
        bodies.push_back({.bytes = std::move(outcome->body), .content_type = std::move(content_type)});
        return bodies;
    }

private:
    HttpRequest request_;
    Access access_;
    std::chrono::seconds seconds_;
};

}  // namespace

std::optional<std::chrono::seconds> parse_capture_seconds(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (value < 1 || value > kLongestCapture.count()) return std::nullopt;
    return std::chrono::seconds(value);
}

Result<std::unique_ptr<Target>> make_pprof_server(std::string_view text, const TargetOptions& options) {
    const auto address = parse_address(text, options.seconds);
    if (!address) return fail(address.error());
    HttpRequest request{.url = address->url};
    return std::make_unique<FixedTarget>(pprof_source(address->name, std::move(request), address->seconds, options));
}

Source pprof_source(std::string name, HttpRequest request, std::chrono::seconds seconds, const TargetOptions& options) {
    request.connect_timeout = options.connect_timeout;
    request.timeout = options.timeout.count() != 0 ? options.timeout : seconds + kCaptureMargin;
    request.max_body_bytes = options.limits.input_bytes;
    return {.name = std::move(name),
            .seconds = seconds,
            .ask = [request = std::move(request), access = options.access, seconds] {
                return std::make_unique<PprofExchange>(request, access, seconds);
            }};
}

}  // namespace pgoprof
