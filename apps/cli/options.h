// Options with one way of checking and one way of complaining: "--top must be an integer from 0 to 1000".
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"

namespace pgoprof::cli {

/// The usage error "`name` must be `what`".
[[noreturn]] void refuse_value(const std::string& name, const std::string& what);

/// An option whose text `parse` turns into an optional value for `set`; `what` is how a good one reads.
template <typename Parse, typename Set>
CLI::Option* add_parsed_option(CLI::App& app, const std::string& name, const std::string& what, const std::string& help,
                               const Parse& parse, const Set& set) {
    const auto take = [name, what, parse, set](const std::string& text) {
        const auto value = parse(text);
        if (!value) refuse_value(name, what);
        set(*value);
    };
    return app.add_option_function<std::string>(name, take, help);
}

/// The same for an option that can be given several times; `set` gets one value after the other.
template <typename Parse, typename Set>
CLI::Option* add_repeatable_option(CLI::App& app, const std::string& name, const std::string& what,
                                   const std::string& help, const Parse& parse, const Set& set) {
    const auto take = [name, what, parse, set](const std::vector<std::string>& texts) {
        for (const std::string& text : texts) {
            const auto value = parse(text);
            if (!value) refuse_value(name, what);
            set(*value);
        }
    };
    return app.add_option_function<std::vector<std::string>>(name, take, help)->allow_extra_args(false);
}

/// `name N`: an integer from `min` to `max`.
CLI::Option* add_integer_option(CLI::App& app, const std::string& name, std::uint64_t& value, std::uint64_t min,
                                std::uint64_t max, const std::string& help);

/// `name A|B|...`: one of `choices`, of which `value` is the default.
CLI::Option* add_choice_option(CLI::App& app, const std::string& name, std::string& value,
                               const std::vector<std::string>& choices, const std::string& help);

/// `name PERCENT`: from 0% to 100%, as a fraction from 0 to 1.
CLI::Option* add_percent_option(CLI::App& app, const std::string& name, std::optional<double>& fraction,
                                const std::string& help);

/// --max-input-size SIZE.
CLI::Option* add_limits_option(CLI::App& app, Limits& limits);

/// -o, --output FILE: "-" is stdout.
CLI::Option* add_output_option(CLI::App& app, std::string& path);

/// --drop-labels and --keep-labels KEY,...
void add_label_options(CLI::App& app, bool& drop, std::optional<std::vector<std::string>>& kept);

/// A usage error if writing to `output`, the value of `option`, would replace `input` by something of another kind.
Result<> keep_input(std::string_view option, const std::string& output, const std::string& input);

/// Any text that is not empty.
std::optional<std::string> parse_name(const std::string& text);

/// "90s", "500ms", "1h30m", "2d"; a number alone is seconds. nullopt for anything else, and beyond 100 years.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// "10%"; nullopt for anything else and beyond 100%.
std::optional<double> parse_percent(std::string_view text);

}  // namespace pgoprof::cli
