#include "pgoprof/fetch/pprof_address.h"

#include <fmt/format.h>
#include <sys/un.h>

#include <algorithm>
#include <cctype>
#include <ranges>
#include <vector>

#include "pgoprof/base/percent.h"
#include "pgoprof/fetch/pprof_server.h"

namespace pgoprof {
namespace {

constexpr std::string_view kDefaultPath = "/debug/pprof/profile";
constexpr std::string_view kUnix = "unix:";

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

/// A key or value of a query as the server reads it. A malformed escape stays as it is.
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

Result<PprofAddress> parse_web_address(std::string_view text) {
    if (is_bare_port(text)) {
        return fail_in(text, {.code = ErrorCode::usage,
                              .message = "a port without a host",
                              .remedy = fmt::format("for this machine write localhost:{}", text)});
    }
    // "http:/host" would pass for the host "http".
    const bool misspelt = (text.starts_with("http:") || text.starts_with("https:")) && !has_scheme(text);
    auto url = misspelt ? std::nullopt : parse_http_url(with_scheme(text));
    if (url) return PprofAddress{.url = *std::move(url)};
    return fail_in(redacted(text), {.code = ErrorCode::usage,
                                    .message = "not an http or https URL",
                                    .remedy = "write host:port or http://host:port[/path]"});
}

/// unix:/run/app.sock, or with the path of the request after another colon: unix:/run/app.sock:/debug/pprof/profile.
/// unix:///run/app.sock is how some write the former.
Result<PprofAddress> parse_unix_address(std::string_view text) {
    std::string_view socket = text.substr(kUnix.size());
    if (socket.starts_with("///")) socket.remove_prefix(2);
    std::string_view path;
    if (const auto colon = socket.find(":/"); colon != socket.npos) {
        path = socket.substr(colon + 1);
        socket = socket.substr(0, colon);
    }
    auto url = parse_http_url("http://localhost" + std::string(path));
    const bool sound = !socket.empty() && socket.find_first_of(std::string_view("\0?", 2)) == socket.npos &&
                       socket.size() < sizeof(sockaddr_un::sun_path);
    if (url && sound) return PprofAddress{.url = *std::move(url), .unix_socket = std::string(socket)};
    return fail_in(redacted(text),
                   {.code = ErrorCode::usage,
                    .message = "not the address of a unix socket",
                    .remedy = fmt::format("write unix:SOCKET or unix:SOCKET:{}; the socket's path has at most {} bytes",
                                          kDefaultPath, sizeof(sockaddr_un::sun_path) - 1)});
}

std::string name_of(const PprofAddress& address) {
    if (address.unix_socket.empty()) return redacted(address.url);
    return fmt::format("{}{}:{}?{}", kUnix, address.unix_socket, address.url.path, redacted_query(address.url.query));
}

}  // namespace

Result<PprofAddress> parse_pprof_address(std::string_view text, std::optional<std::chrono::seconds> seconds) {
    auto parsed = text.starts_with(kUnix) ? parse_unix_address(text) : parse_web_address(text);
    if (!parsed) return parsed;
    PprofAddress& address = *parsed;
    address.seconds = seconds.value_or(kDefaultCapture);
    if (address.url.path == "/") address.url.path = kDefaultPath;
    const auto values = seconds_values(address.url.query);
    if (values.empty()) {
        if (!address.url.query.empty()) address.url.query += '&';
        address.url.query += fmt::format("seconds={}", address.seconds.count());
    }
    address.name = name_of(address);
    if (values.empty()) return parsed;

    const auto given = only_value(values);
    if (!given) return fail_in(address.name, given.error());
    if (seconds) {
        return fail_in(address.name, {.code = ErrorCode::usage,
                                      .message = "the URL gives seconds already",
                                      .remedy = "leave out --seconds, or seconds= in the URL"});
    }
    address.seconds = *given;
    return parsed;
}

}  // namespace pgoprof
