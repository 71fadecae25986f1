#include "pgoprof/fetch/capture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <string_view>

#include "pgoprof/base/checked.h"
#include "pgoprof/base/text.h"
#include "pgoprof/model/invariants.h"
#include "pgoprof/transform/call_edges.h"

namespace pgoprof {
namespace {

constexpr std::string_view kAskForLess =
    "a server whose WriteTimeout is shorter than the capture does that: ask for fewer seconds, or raise its "
    "WriteTimeout";
constexpr std::string_view kShowCertificate =
    "a server that demands a client certificate does that (--cert, --key), or one whose WriteTimeout is shorter than "
    "the capture";
constexpr std::string_view kAskForCpuProfile = "a CPU profile is at /debug/pprof/profile";

CaptureFailure failed(CaptureFault fault, ErrorCode code, std::string message, std::string_view remedy = {}) {
    return {.fault = fault, .error = {.code = code, .message = std::move(message), .remedy = std::string(remedy)}};
}

CaptureFailure unreached(CaptureFault fault, std::string message, std::string_view remedy = {}) {
    return failed(fault, ErrorCode::network_failure, std::move(message), remedy);
}

std::unexpected<CaptureFailure> unusable(CaptureFault fault, std::string message, std::string_view remedy = {}) {
    return std::unexpected(failed(fault, ErrorCode::invalid_content, std::move(message), remedy));
}

std::string with_detail(std::string message, std::string_view detail) {
    if (detail.empty()) return message;
    return std::move(message) + ": " + std::string(detail);
}

std::string too_late(const HttpRequest& request, std::chrono::seconds seconds) {
    const auto waited = std::chrono::ceil<std::chrono::seconds>(request.timeout);
    if (seconds.count() == 0) return fmt::format("no complete answer within {}s", waited.count());
    return fmt::format("no complete answer within {}s to a request for {}s of profile", waited.count(),
                       seconds.count());
}

/// Retry-After in seconds; its other form, a date, is taken for none.
std::optional<std::chrono::seconds> retry_after(const HttpResponse& response) {
    const std::string_view text = response.header("retry-after");
    std::uint32_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return std::chrono::seconds(seconds);
}

bool is_html(const ProfileBody& body) {
    if (body.bytes.empty()) return false;
    if (body.content_type.starts_with("text/html")) return true;
    std::string_view text = body.bytes.text();
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

std::unexpected<CaptureFailure> explain_content(Error error, const ProfileBody& body) {
    if (error.rule == info(Invariant::gzip_truncated).id) {
        error.code = ErrorCode::network_failure;
        error.message = "the body is cut short: " + error.message;
        error.remedy = kAskForLess;
        return std::unexpected<CaptureFailure>({CaptureFault::cut_short, std::move(error)});
    }
    if (is_html(body)) {
        return unusable(
            CaptureFault::html, "an HTML page instead of a profile",
            "name the profile itself, at /debug/pprof/profile; a login page or a proxy may have answered, too");
    }
    if (error.rule != info(Invariant::not_a_profile).id)
        error.message = "the body is not a sound profile: " + error.message;
    if (error.remedy.empty()) error.remedy = kAskForCpuProfile;
    return std::unexpected<CaptureFailure>({CaptureFault::not_a_profile, std::move(error)});
}

struct FaultName {
    CaptureFault fault;
    std::string_view name;
};

constexpr FaultName kFaultNames[] = {
    {CaptureFault::unresolved, "unresolved"},
    {CaptureFault::refused, "refused"},
    {CaptureFault::unreachable, "unreachable"},
    {CaptureFault::tls, "tls"},
    {CaptureFault::timed_out, "timed-out"},
    {CaptureFault::no_answer, "no-answer"},
    {CaptureFault::cut_short, "cut-short"},
    {CaptureFault::too_large, "too-large"},
    {CaptureFault::redirect, "redirect"},
    {CaptureFault::malformed, "malformed"},
    {CaptureFault::interrupted, "interrupted"},
    {CaptureFault::busy, "busy"},
    {CaptureFault::write_timeout, "write-timeout"},
    {CaptureFault::not_found, "not-found"},
    {CaptureFault::unknown_profile, "unknown-profile"},
    {CaptureFault::denied, "denied"},
    {CaptureFault::http_status, "http-status"},
    {CaptureFault::html, "html"},
    {CaptureFault::not_a_profile, "not-a-profile"},
    {CaptureFault::not_cpu, "not-cpu"},
    {CaptureFault::no_match, "no-match"},
};

}  // namespace

double CaptureFigures::cores() const {
    return duration_nanos > 0 ? static_cast<double>(cpu_nanos) / static_cast<double>(duration_nanos) : 0;
}

std::string_view fault_name(CaptureFault fault) {
    return std::ranges::find(kFaultNames, fault, &FaultName::fault)->name;
}

std::expected<CapturedProfile, CaptureFailure> read_capture(Loader& loader, const ProfileBody& body) {
    if (body.bytes.empty()) return unusable(CaptureFault::not_a_profile, "the body is empty", kAskForCpuProfile);
    const auto content = loader.load_bytes(body.bytes.view(), "");
    if (!content) return explain_content(content.error(), body);
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
    return CapturedProfile{
        .profile = &raw,
        .figures = {
            .duration_nanos = raw.duration_nanos,
            .samples = column_sum(raw, "samples/count").value_or(static_cast<std::int64_t>(raw.sample_count())),
            .cpu_nanos = column_sum(raw, "cpu/nanoseconds").value_or(0),
        }};
}

CaptureFailure explain_failure(const HttpFailure& failure, const HttpRequest& request, std::chrono::seconds seconds) {
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
            return unreached(CaptureFault::timed_out, too_late(request, seconds),
                             "the server is stuck or overloaded, or takes longer to answer than --timeout allows");
        case HttpFault::stalled:
            return unreached(CaptureFault::timed_out,
                             fmt::format("the server sent nothing for {}s", request.stall_timeout.count()),
                             "the server is stuck or overloaded, or the network has lost it");
        case HttpFault::no_answer:
            return unreached(CaptureFault::no_answer, "the server closed the connection without an answer",
                             request.url.scheme == "https" ? kShowCertificate : kAskForLess);
        case HttpFault::cut_short:
            return unreached(CaptureFault::cut_short, with_detail("the body is cut short", failure.detail),
                             kAskForLess);
        case HttpFault::too_large:
            return failed(CaptureFault::too_large, ErrorCode::limit_exceeded,
                          "the body is larger than " + format_bytes(request.max_body_bytes),
                          "if that is what the server should send, --max-input-size allows more");
        case HttpFault::malformed:
            return unreached(CaptureFault::malformed, with_detail("the answer is not sound HTTP", failure.detail),
                             "is this the port of the HTTP server?");
        case HttpFault::tls:
            return unreached(CaptureFault::tls, with_detail("the secure connection failed", failure.detail),
                             "does this machine trust the server's certificate, and does the server ask for one of "
                             "ours (--cert)? if it speaks plain HTTP, write http://");
        case HttpFault::proxy:
            return unreached(
                CaptureFault::unreachable, with_detail("the proxy does not connect us", failure.detail),
                "proxies are named by http_proxy, https_proxy and all_proxy in the environment, and exceptions "
                "by no_proxy; credentials are part of the proxy's URL");
        case HttpFault::redirect:
            return unreached(CaptureFault::redirect, with_detail("the redirect is not followed", failure.detail));
        case HttpFault::interrupted:
            return failed(CaptureFault::interrupted, ErrorCode::interrupted, "interrupted");
        case HttpFault::other:
            break;
    }
    return unreached(CaptureFault::unreachable, with_detail("the transfer failed", failure.detail));
}

std::string plain_text(const HttpResponse& response) {
    constexpr std::size_t kLongest = 200;
    if (!response.header("content-type").starts_with("text/plain")) return {};
    const std::string_view text = response.body.text();
    return std::string(text.substr(0, std::min(text.find_first_of("\r\n"), kLongest)));
}

CaptureFailure explain_status(const HttpResponse& response) {
    const std::string says = plain_text(response);
    const std::string status = fmt::format("HTTP status {}", response.status);
    CaptureFailure failure = response.status == 401 || response.status == 403
                                 ? unreached(CaptureFault::denied, with_detail("access denied (" + status + ")", says),
                                             "give credentials: --user, --bearer-token-file or --header-file")
                                 : unreached(CaptureFault::http_status, with_detail(status, says));
    if (response.status == 407)
        failure.error.remedy = "a proxy wants credentials: http_proxy=http://USER:PASSWORD@HOST";
    failure.status = response.status;
    failure.retry_after = retry_after(response);
    return failure;
}

}  // namespace pgoprof
