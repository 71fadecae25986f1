#include "pgoprof/fetch/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <ranges>
#include <vector>

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

/// What cannot be parsed may hold a password anywhere before its last "@".
std::string redact_unparsed(std::string_view text) {
    const auto at = text.rfind('@');
    return at == std::string_view::npos ? std::string(text) : "***" + std::string(text.substr(at));
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char letter = static_cast<char>(c | 0x20);
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/// A key or value of a query as the server reads it. A malformed escape stays as it is.
std::string decode_query(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0;
        if (escape && hex_digit(text[i + 2]) >= 0) {
            decoded += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
            i += 2;
        } else {
            decoded += text[i] == '+' ? ' ' : text[i];
        }
    }
    return decoded;
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

}  // namespace

std::optional<std::chrono::seconds> parse_capture_seconds(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (value < 1 || value > kLongestCapture.count()) return std::nullopt;
    return std::chrono::seconds(value);
}

Result<Target> make_target(std::string_view text, std::optional<std::chrono::seconds> seconds) {
    if (is_bare_port(text)) {
        return fail_in(text, {.code = ErrorCode::usage,
                              .message = "a port without a host",
                              .remedy = fmt::format("for this machine write localhost:{}", text)});
    }
    // "http:/host" would pass for the host "http".
    const bool misspelt = (text.starts_with("http:") || text.starts_with("https:")) && !has_scheme(text);
    auto url = misspelt ? std::nullopt : parse_http_url(with_scheme(text));
    if (!url) {
        return fail_in(redact_unparsed(text), {.code = ErrorCode::usage,
                                               .message = "not an http or https URL",
                                               .remedy = "write host:port or http://host:port[/path]"});
    }
    Target target{.url = *std::move(url), .seconds = seconds.value_or(kDefaultCapture), .name = {}};
    if (target.url.path == "/") target.url.path = "/debug/pprof/profile";
    const auto values = seconds_values(target.url.query);
    if (values.empty()) {
        if (!target.url.query.empty()) target.url.query += '&';
        target.url.query += fmt::format("seconds={}", target.seconds.count());
    }
    target.name = redacted(target.url);
    if (values.empty()) return target;

    const auto given = only_value(values);
    if (!given) return fail_in(target.name, given.error());
    if (seconds) {
        return fail_in(target.name, {.code = ErrorCode::usage,
                                     .message = "the URL gives seconds already",
                                     .remedy = "leave out --seconds, or seconds= in the URL"});
    }
    target.seconds = *given;
    return target;
}

}  // namespace pgoprof
