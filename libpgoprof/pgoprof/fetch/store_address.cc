#include "pgoprof/fetch/store_address.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

#include "pgoprof/base/percent.h"

namespace pgoprof {
namespace {

/// Where the part that `text` begins with ends: before the next `separator` that is not within double quotes. In those,
/// a backslash takes the special meaning from the character behind it.
std::size_t end_of_part(std::string_view text, char separator) {
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') quoted = !quoted;
        if (text[i] == '\\' && quoted) ++i;
        if (text[i] == separator && !quoted) return i;
    }
    return text.size();
}

std::vector<std::string_view> split_parameters(std::string_view text) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t end = end_of_part(text, '&');
        if (end > 0) parts.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

Error unknown_parameter(std::string_view key, std::initializer_list<std::string_view> known) {
    static constexpr std::string_view kTimes[] = {"from", "to", "until", "start", "end"};
    if (std::ranges::find(kTimes, key) != std::end(kTimes)) {
        return {.code = ErrorCode::usage,
                .message = fmt::format("{} is no parameter here", key),
                .remedy = "--from and --to give the time range"};
    }
    std::string names = "query";
    for (const auto name : known) names += fmt::format(", {}", name);
    return {.code = ErrorCode::usage,
            .message = fmt::format("{} is no parameter here", key),
            .remedy = fmt::format("these are: {}", names)};
}

Result<> take_parameters(std::string_view text, std::initializer_list<std::string_view> known, StoreAddress& address) {
    for (const auto part : split_parameters(text)) {
        const std::size_t equals = std::min(part.find('='), part.size());
        std::string key = percent_decode(part.substr(0, equals));
        std::string value = percent_decode(part.substr(std::min(equals + 1, part.size())));
        if (key != "query" && std::ranges::find(known, key) == known.end()) return fail(unknown_parameter(key, known));
        if (value.empty()) return fail(ErrorCode::usage, fmt::format("{} has no value", key));
        const auto [place, fresh] = address.parameters.try_emplace(std::move(key), std::move(value));
        if (!fresh) return fail(ErrorCode::usage, fmt::format("{} is given twice", place->first));
    }
    return {};
}

/// TYPE{SELECTOR}; what is between the braces is the server's to judge.
bool split_query(std::string_view query, StoreAddress& address) {
    const std::size_t brace = query.find('{');
    if (brace == query.npos || brace + 1 + end_of_part(query.substr(brace + 1), '}') + 1 != query.size()) return false;
    address.type = query.substr(0, brace);
    address.selector = query.substr(brace);
    return true;
}

Result<> take_query(StoreAddress& address) {
    auto query = address.parameters.extract("query");
    if (query.empty()) {
        return fail(ErrorCode::usage, "a query is missing",
                    R"(append ?query={label="value"}, as the server's UI shows it)");
    }
    if (split_query(query.mapped(), address)) return {};
    return fail(ErrorCode::usage, "the query has no label selector in braces",
                R"(write ?query={label="value"}, or TYPE{label="value"}; {} selects all)");
}

std::string without_last_slashes(std::string path) {
    while (path.ends_with('/')) path.pop_back();
    return path;
}

}  // namespace

Result<StoreAddress> parse_store_address(std::string_view scheme, std::string_view text,
                                         std::initializer_list<std::string_view> known) {
    const std::string_view url_text = text.substr(std::min(text.find('+'), text.size() - 1) + 1);
    const std::size_t question = std::min(url_text.find('?'), url_text.size());
    auto server = parse_http_url(url_text.substr(0, question));
    if (!server) {
        const std::string form = fmt::format(R"(write {}+https://host[:port]?query={{label="value"}})", scheme);
        return fail_in(redacted(text), {.code = ErrorCode::usage, .message = "no such URL", .remedy = form});
    }
    StoreAddress address{.server = *std::move(server)};
    const std::string_view parameters = url_text.substr(std::min(question + 1, url_text.size()));
    address.name = fmt::format("{}+{}", scheme, redacted(address.server));
    if (!parameters.empty()) address.name += fmt::format("?{}", parameters);
    address.server.path = without_last_slashes(std::move(address.server.path));
    if (const auto taken = take_parameters(parameters, known, address); !taken) {
        return fail_in(address.name, taken.error());
    }
    if (const auto taken = take_query(address); !taken) return fail_in(address.name, taken.error());
    return address;
}

}  // namespace pgoprof
