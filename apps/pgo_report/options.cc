#include "pgo_report/options.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "cli/options.h"
#include "pgoprof/config/lint_settings.h"

namespace pgoprof::cli {
namespace {

/// "99", as the compiler takes it, or "99%"; from 0 to 100.
std::optional<double> parse_hot_percent(std::string_view text) {
    if (text.ends_with('%')) text.remove_suffix(1);
    double percent = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
    if (error != std::errc() || end != text.data() + text.size() || !(percent >= 0 && percent <= 100)) return {};
    return percent;
}

void declare_views(CLI::App& app, Options& options) {
    auto* by = add_choice_option(app, "--by", options.by, {"edge", "caller", "callee", "package"}, "What to add up");
    auto* sites = app.add_flag("--call-sites", options.call_sites,
                               "Show the call sites that are hot for inlining, and what is devirtualized there");
    auto* function =
        add_parsed_option(app, "--function", "a regular expression",
                          "Show callers and callees of functions, as the compiler and whole stacks have them",
                          parse_name, [&options](const std::string& pattern) { options.function = pattern; });
    function->type_name("REGEX");
    auto* base = add_parsed_option(app, "--base", "a file", "Compare with OLD's hot set, and tell change from noise",
                                   parse_name, [&options](const std::string& file) { options.base = file; });
    base->type_name("OLD");
    by->excludes(sites)->excludes(function)->excludes(base);
    sites->excludes(function)->excludes(base);
    function->excludes(base);
    add_percent_option(app, "--fail-below", options.fail_below,
                       "With --base: exit with 1 if the hot sets overlap less than this")
        ->needs(base);
}

}  // namespace

void declare_options(CLI::App& app, Options& options) {
    app.add_option("FILE", options.file, "The profile, pprof or preprofiled; - is stdin")->required();
    declare_views(app, options);
    add_choice_option(app, "--format", options.format, {"text", "json", "preprofile", "dot", "folded", "html"},
                      "How to print the result");
    const auto parse_count = [](const std::string& text) -> std::optional<std::uint64_t> {
        std::uint32_t count = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
        if (error != std::errc() || end != text.data() + text.size()) return {};
        return count;
    };
    auto* top = add_parsed_option(app, "--top", fmt::format("an integer from 0 to {}", UINT32_MAX),
                                  "List the N heaviest [20; with --format dot 80]", parse_count,
                                  [&options](std::uint64_t count) { options.top = count; });
    top->type_name("N");
    app.add_flag("--all", options.all, "List all")->excludes(top);
    add_parsed_option(app, "--hot-percent", "a percentage from 0 to 100, such as 99 or 99%",
                      "How much of the weight is hot: the compiler's -d=pgoinlinecdfthreshold [99]", parse_hot_percent,
                      [&options](double percent) { options.hot_percent = percent; })
        ->type_name("PERCENT");
    add_parsed_option(
        app, "--go-version", std::string(kGoVersionForm),
        fmt::format("With --call-sites: the Go that will build with the profile [1.{}]", kNewestKnownGo.minor),
        parse_go_version, [&options](GoVersion version) { options.go_version = version; })
        ->type_name("VERSION");
    add_output_option(app, options.output);
    add_limits_option(app, options.limits);
}

Result<> check_options(const Options& options) {
    const bool of_edges = options.by == "edge" && !options.call_sites && !options.function && !options.base;
    if (!of_edges && options.format != "text" && options.format != "json") {
        return fail(ErrorCode::usage, fmt::format("--format {} shows the profile as a whole", options.format),
                    "use it without --by, --call-sites, --function and --base");
    }
    const bool listed = options.format == "text" || options.format == "json" || options.format == "dot";
    if (options.top && !listed) {
        return fail(ErrorCode::usage, fmt::format("--format {} has all, and no place for --top", options.format),
                    "use --top with text, json or dot");
    }
    if (auto kept = keep_input("--output", options.output, options.file); !kept) return kept;
    if (auto kept = keep_input("--output", options.output, options.base.value_or("-")); !kept) return kept;
    if (options.file == "-" && options.base == "-") return fail(ErrorCode::usage, "stdin (-) can be read only once");
    return {};
}

}  // namespace pgoprof::cli
