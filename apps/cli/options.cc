#include "cli/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "pgoprof/base/text.h"
#include "pgoprof/io/sink.h"

namespace pgoprof::cli {
namespace {

/// All of `text`, without sign or space.
template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// "route,tenant"
std::optional<std::vector<std::string>> parse_keys(std::string_view text) {
    std::vector<std::string> keys;
    for (std::size_t begin = 0; begin <= text.size();) {
        const auto end = std::min(text.find(',', begin), text.size());
        if (end == begin) return std::nullopt;
        keys.emplace_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return keys;
}

/// Takes a unit off the front.
std::optional<std::chrono::milliseconds> take_time_unit(std::string_view& text) {
    using namespace std::chrono_literals;
    constexpr std::pair<std::string_view, std::chrono::milliseconds> kUnits[] = {
        {"ms", 1ms}, {"s", 1s}, {"m", 1min}, {"h", 1h}, {"d", 24h}};
    for (const auto& [name, unit] : kUnits) {
        if (!text.starts_with(name)) continue;
        text.remove_prefix(name.size());
        return unit;
    }
    return std::nullopt;
}

}  // namespace

void refuse_value(const std::string& name, const std::string& what) {
    throw CLI::ValidationError(fmt::format("{} must be {}", name, what));
}

CLI::Option* add_integer_option(CLI::App& app, const std::string& name, std::uint64_t& value, std::uint64_t min,
                                std::uint64_t max, const std::string& help) {
    const auto parse = [min, max](std::string_view text) {
        const auto number = parse_number<std::uint64_t>(text);
        return number && *number >= min && *number <= max ? number : std::nullopt;
    };
    return add_parsed_option(app, name, fmt::format("an integer from {} to {}", min, max), help, parse,
                             [&value](std::uint64_t number) { value = number; })
        ->type_name("N");
}

CLI::Option* add_choice_option(CLI::App& app, const std::string& name, std::string& value,
                               const std::vector<std::string>& choices, const std::string& help) {
    const auto parse = [choices](const std::string& text) {
        return std::ranges::find(choices, text) == choices.end() ? std::nullopt : std::optional(text);
    };
    return add_parsed_option(app, name, fmt::format("{}", fmt::join(choices, " or ")),
                             fmt::format("{} [{}]", help, value), parse,
                             [&value](const std::string& choice) { value = choice; })
        ->type_name(fmt::format("{}", fmt::join(choices, "|")));
}

CLI::Option* add_percent_option(CLI::App& app, const std::string& name, std::optional<double>& fraction,
                                const std::string& help) {
    return add_parsed_option(app, name, "a percentage from 0% to 100%, such as 10%", help, parse_percent,
                             [&fraction](double value) { fraction = value; })
        ->type_name("PERCENT");
}

CLI::Option* add_limits_option(CLI::App& app, Limits& limits) {
    return add_parsed_option(app, "--max-input-size", "a size above 0, such as 64m or 2g",
                             "Refuse inputs of more than SIZE bytes (KB, MB, KiB, m, g) [1g]", parse_bytes,
                             [&limits](std::uint64_t bytes) { limits = limits.with_max_input_size(bytes); })
        ->type_name("SIZE");
}

CLI::Option* add_output_option(CLI::App& app, std::string& path) {
    return add_parsed_option(app, "-o,--output", "the name of a file, or -",
                             "Write to FILE, whole or not at all; - is stdout [-]", parse_name,
                             [&path](const std::string& text) { path = text; })
        ->type_name("FILE");
}

void add_label_options(CLI::App& app, bool& drop, std::optional<std::vector<std::string>>& kept) {
    app.add_flag("--drop-labels", drop, "Leave out all labels: they can hold personal data");
    add_parsed_option(app, "--keep-labels", "keys separated by commas, such as route,tenant",
                      "Leave out all labels but those with these keys", parse_keys,
                      [&kept](const std::vector<std::string>& keys) { kept = keys; })
        ->type_name("KEY,...");
}

Result<> keep_input(std::string_view option, const std::string& output, const std::string& input) {
    if (!would_replace(output, input)) return {};
    return fail(ErrorCode::usage, fmt::format("{} {} would replace an input", option, output), "name another file");
}

std::optional<std::string> parse_name(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    constexpr std::chrono::milliseconds kLongest = std::chrono::days(36'525);
    if (const auto seconds = parse_number<std::uint32_t>(text)) return std::chrono::seconds(*seconds);
    std::chrono::milliseconds sum{0};
    do {
        const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
        const auto number = parse_number<std::uint32_t>(text.substr(0, digits));
        text.remove_prefix(digits);
        const auto unit = take_time_unit(text);
        if (!number || !unit || *number > kLongest / *unit) return std::nullopt;
        sum += *number * *unit;
    } while (!text.empty());
    return sum <= kLongest ? std::optional(sum) : std::nullopt;
}

std::optional<double> parse_percent(std::string_view text) {
    if (!text.ends_with('%')) return std::nullopt;
    const auto percent = parse_number<double>(text.substr(0, text.size() - 1));
    if (!percent || !(*percent >= 0 && *percent <= 100)) return std::nullopt;
    return *percent / 100;
}

}  // namespace pgoprof::cli
