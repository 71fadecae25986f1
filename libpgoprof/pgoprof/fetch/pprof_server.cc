#include "pgoprof/fetch/pprof_server.h"

#include <fmt/format.h>

#include <charconv>
#include <vector>

#include "pgoprof/fetch/fixed_target.h"
#include "pgoprof/fetch/pprof_address.h"
#include "pgoprof/io/host_addresses.h"

namespace pgoprof {
namespace {

/// What net/http says without a content type, since it has read no request.
constexpr std::string_view kSpeaksTls = "Client sent an HTTP request to an HTTPS server.";

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
    } else if (response.status == 400 && response.body.text().starts_with(kSpeaksTls)) {
        failure.error.remedy = "write https://";
    } else if (response.status == 500 && says("already in use")) {
        explain(CaptureFault::busy, "profiling already in use (" + status + ")",
                "Go takes one CPU profile at a time: try again when the other's time is over");
    }
    return failure;
}

/// Every address that the name of a host has at the time, each a server of its own.
class EveryAddress final : public Target {
public:
    EveryAddress(PprofAddress address, TargetOptions options)
        : address_(std::move(address)), options_(std::move(options)) {}

    const std::string& name() const override { return address_.name; }

    Result<std::vector<Source>> sources(const Ask&) override {
        const auto found = host_addresses(address_.url.host, options_.connect_timeout);
        if (!found) return fail_in(address_.name, found.error());
        std::vector<Source> sources;
        for (const std::string& address : *found) {
            HttpRequest request{.url = address_.url, .address = address};
            sources.push_back(pprof_source(fmt::format("{} at {}", address_.name, address), std::move(request),
                                           address_.seconds, options_));
        }
        return sources;
    }

private:
    PprofAddress address_;
    TargetOptions options_;
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
    auto address = parse_pprof_address(text, options.seconds);
    if (!address) return fail(address.error());
    if (options.all_addresses && address->unix_socket.empty()) {
        return std::make_unique<EveryAddress>(*std::move(address), options);
    }
    HttpRequest request{.url = address->url, .unix_socket = address->unix_socket};
    return std::make_unique<FixedTarget>(pprof_source(address->name, std::move(request), address->seconds, options));
}

Source pprof_source(std::string name, HttpRequest request, std::chrono::seconds seconds, const TargetOptions& options) {
    options.bound(request, seconds + kCaptureMargin);
    request.stall_timeout = seconds + kCaptureMargin;
    return {.name = std::move(name),
            .seconds = seconds,
            .ask = [request, access = options.access,
                    seconds] { return std::make_unique<PprofExchange>(request, access, seconds); },
            .identity = to_string(request.url)};
}

}  // namespace pgoprof
