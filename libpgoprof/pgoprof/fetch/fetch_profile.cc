#include "pgoprof/fetch/fetch_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>

#include "pgoprof/base/checked.h"
#include "pgoprof/base/text.h"
#include "pgoprof/load.h"
#include "pgoprof/model/invariants.h"
#include "pgoprof/transform/call_edges.h"

namespace pgoprof {
namespace {

constexpr std::string_view kAskForLess =
    "a server whose WriteTimeout is shorter than the capture does that: ask for fewer seconds, or raise its "
    "WriteTimeout";
constexpr std::string_view kAskForCpuProfile = "a CPU profile is at /debug/pprof/profile";

std::unexpected<CaptureFailure> failed(CaptureFault fault, ErrorCode code, std::string message,
                                       std::string_view remedy = {}) {
    return std::unexpected<CaptureFailure>(
        {.fault = fault, .error = {.code = code, .message = std::move(message), .remedy = std::string(remedy)}});
}

std::unexpected<CaptureFailure> unreached(CaptureFault fault, std::string message, std::string_view remedy = {}) {
    return failed(fault, ErrorCode::network_failure, std::move(message), remedy);
}

std::unexpected<CaptureFailure> unusable(CaptureFault fault, std::string message, std::string_view remedy = {}) {
    return failed(fault, ErrorCode::invalid_content, std::move(message), remedy);
}

std::chrono::seconds timeout_of(const Target& target, const CaptureOptions& options) {
    return options.timeout.count() != 0 ? options.timeout : target.seconds + kCaptureMargin;
}

std::string with_detail(std::string message, std::string_view detail) {
    if (detail.empty()) return message;
    return std::move(message) + ": " + std::string(detail);
}

CaptureResult too_large(const CaptureOptions& options) {
    return failed(CaptureFault::too_large, ErrorCode::limit_exceeded,
                  "the body is larger than " + format_bytes(options.limits.input_bytes),
                  "if that is what the server should send, --max-input-size allows more");
}

CaptureResult explain(const HttpFailure& failure, const Target& target, const CaptureOptions& options) {
    switch (failure.fault) {
        case HttpFault::resolve:
            return unreached(CaptureFault::unresolved, "the host name cannot be resolved",
                             "check its spelling, and whether this machine's DNS knows it");
        case HttpFault::refused:
            return unreached(CaptureFault::refused, "connection refused",
                             "is the server running, and does it listen on this address and port?");
        case HttpFault::unreachable:
            return unreached(CaptureFault::unreachable, with_detail("cannot connect", failure.detail));
        case HttpFault::connect_timed_out:
            return unreached(CaptureFault::unreachable, "no connection within the time allowed",
                             "check the address, and whether a firewall stands in between");
        case HttpFault::timed_out:
            return unreached(CaptureFault::timed_out,
                             fmt::format("no complete answer within {}s to a request for {}s of profile",
                                         timeout_of(target, options).count(), target.seconds.count()),
                             "the server is stuck or overloaded, or takes longer to answer than --timeout allows");
        case HttpFault::no_answer:
            return unreached(CaptureFault::no_answer, "the server closed the connection without an answer",
                             kAskForLess);
        case HttpFault::cut_short:
            return unreached(CaptureFault::cut_short, with_detail("the body is cut short", failure.detail),
                             kAskForLess);
        case HttpFault::too_large:
            return too_large(options);
        case HttpFault::malformed:
            return unreached(CaptureFault::malformed, with_detail("the answer is not sound HTTP", failure.detail),
                             "is this the port of the HTTP server?");
        case HttpFault::tls:
            return unreached(
                CaptureFault::tls, with_detail("the secure connection failed", failure.detail),
                "does this machine trust the server's certificate? if the server speaks plain HTTP, write http://");
        case HttpFault::redirect:
            return unreached(CaptureFault::redirect, with_detail("the redirect is not followed", failure.detail));
        case HttpFault::interrupted:
            return failed(CaptureFault::interrupted, ErrorCode::interrupted, "interrupted");
        case HttpFault::other:
            break;
    }
    return unreached(CaptureFault::unreachable, with_detail("the transfer failed", failure.detail));
}

/// What a plain-text error page says, as far as fit for a message.
std::string first_line(const HttpResponse& response) {
    constexpr std::size_t kLongest = 200;
    if (!response.header("content-type").starts_with("text/plain")) return {};
    const std::string_view text = response.body.text();
    return std::string(text.substr(0, std::min(text.find_first_of("\r\n"), kLongest)));
}

CaptureResult explain_status(const HttpResponse& response, const Target& target) {
    const std::string says = first_line(response);
    const auto has = [&](std::string_view words) { return says.find(words) != std::string::npos; };
    const std::string status = fmt::format("HTTP status {}", response.status);
    switch (response.status) {
        case 404:
            if (has("Unknown profile")) {
                return unreached(CaptureFault::unknown_profile,
                                 "the server has no profile of that name (" + status + ")", kAskForCpuProfile);
            }
            return unreached(CaptureFault::not_found, "no such page (" + status + ")",
                             "the server must import _ \"net/http/pprof\" and serve http.DefaultServeMux there; if its "
                             "handlers stand elsewhere, give the whole path");
        case 400:
            if (has("WriteTimeout")) {
                return unreached(
                    CaptureFault::write_timeout,
                    fmt::format("{}s are beyond the server's WriteTimeout ({})", target.seconds.count(), status),
                    "ask for fewer seconds, or raise the WriteTimeout of its http.Server");
            }
            if (has("HTTP request to an HTTPS server")) {
                return unreached(CaptureFault::http_status, with_detail(status, says), "write https://");
            }
            break;
        case 401:
        case 403:
            return unreached(CaptureFault::denied, with_detail("access denied (" + status + ")", says),
                             "give credentials, as in http://user:password@host:port");
        case 500:
            if (has("already in use")) {
                return unreached(CaptureFault::busy, "profiling already in use (" + status + ")",
                                 "Go takes one CPU profile at a time: try again when the other's time is over");
            }
            break;
        default:
            break;
    }
    return unreached(CaptureFault::http_status, with_detail(status, says));
}

bool is_html(const HttpResponse& response) {
    if (response.body.empty()) return false;
    if (response.header("content-type").starts_with("text/html")) return true;
    std::string_view text = response.body.text();
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    const auto starts_with = [&](std::string_view tag) {
        return std::ranges::equal(text.substr(0, tag.size()), tag, {},
                                  [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    };
    return starts_with("<!doctype html") || starts_with("<html");
}

std::string type_name(const RawProfile& raw, const RawValueType& type) {
    return fmt::format("{}/{}", raw.string(type.type), raw.string(type.unit));
}

/// The sum of a column, or nullopt where there is none of that name.
std::optional<std::int64_t> column_sum(const RawProfile& raw, std::string_view name) {
    const auto column =
        std::ranges::find(raw.sample_types, name, [&](const RawValueType& type) { return type_name(raw, type); });
    if (column == raw.sample_types.end()) return std::nullopt;
    const auto index = static_cast<std::size_t>(column - raw.sample_types.begin());
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < raw.sample_count(); ++i) sum = add_wrapping(sum, raw.sample_values(i)[index]);
    return sum;
}

CaptureResult explain_content(Error error) {
    if (error.rule == info(Invariant::gzip_truncated).id) {
        error.code = ErrorCode::network_failure;
        error.message = "the body is cut short: " + error.message;
        error.remedy = kAskForLess;
        return std::unexpected<CaptureFailure>({CaptureFault::cut_short, std::move(error)});
    }
    if (error.rule != info(Invariant::not_a_profile).id)
        error.message = "the body is not a sound profile: " + error.message;
    if (error.remedy.empty()) error.remedy = kAskForCpuProfile;
    return std::unexpected<CaptureFailure>({CaptureFault::not_a_profile, std::move(error)});
}

CaptureResult check_profile(Buffer body, const CaptureOptions& options) {
    if (body.empty()) return unusable(CaptureFault::not_a_profile, "the body is empty", kAskForCpuProfile);
    Loader loader(options.limits);
    const auto content = loader.load_bytes(body.view(), "");
    if (!content) return explain_content(content.error());
    const auto* const* profile = std::get_if<const RawProfile*>(&*content);
    if (profile == nullptr) {
        return unusable(CaptureFault::not_a_profile, "the body is a preprofiled profile", kAskForCpuProfile);
    }
    const RawProfile& raw = **profile;
    if (raw.sample_types.empty())
        return unusable(CaptureFault::not_a_profile, "the profile is empty", kAskForCpuProfile);
    if (!chosen_sample_type(raw)) {
        std::string types;
        for (const auto& type : raw.sample_types) types += (types.empty() ? "" : ", ") + type_name(raw, type);
        return unusable(CaptureFault::not_cpu, "this is not a CPU profile: its sample types are " + types,
                        kAskForCpuProfile);
    }
    Capture capture{
        .duration_nanos = raw.duration_nanos,
        .samples = column_sum(raw, "samples/count").value_or(static_cast<std::int64_t>(raw.sample_count())),
        .cpu_nanos = column_sum(raw, "cpu/nanoseconds").value_or(0),
    };
    capture.body = std::move(body);
    return capture;
}

CaptureResult interpret_response(const Target& target, const CaptureOptions& options, HttpResponse response) {
    if (response.status != 200) return explain_status(response, target);
    const bool html = is_html(response);
    CaptureResult result = check_profile(std::move(response.body), options);
    if (result || !html || result.error().fault != CaptureFault::not_a_profile) return result;
    return unusable(CaptureFault::html, "an HTML page instead of a profile",
                    "name the profile itself, at /debug/pprof/profile; a login page or a proxy may have answered, too");
}

}  // namespace

double Capture::cores() const {
    return duration_nanos > 0 ? static_cast<double>(cpu_nanos) / static_cast<double>(duration_nanos) : 0;
}

CaptureResult interpret(const Target& target, const CaptureOptions& options, HttpOutcome outcome) {
    CaptureResult result =
        outcome ? interpret_response(target, options, *std::move(outcome)) : explain(outcome.error(), target, options);
    if (!result) result.error().error.input = target.name;
    return result;
}

HttpRequest capture_request(const Target& target, const CaptureOptions& options) {
    return {.url = target.url, .timeout = timeout_of(target, options), .max_body_bytes = options.limits.input_bytes};
}

}  // namespace pgoprof
