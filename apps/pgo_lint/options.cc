#include "pgo_lint/options.h"

#include <algorithm>
#include <string_view>

#include "cli/options.h"
#include "pgoprof/base/text.h"

namespace pgoprof::cli {
namespace {

/// The usage error of an unknown rule says which ones are near.
const LintRule* known_rule(std::string_view text) {
    const auto rule = look_up_rule(text);
    if (!rule) throw CLI::ValidationError(rule.error().message);
    return *rule;
}

std::optional<const LintRule*> parse_rule(const std::string& text) { return known_rule(text); }

/// "PGO301=error"
std::optional<RuleChange> parse_rule_severity(std::string_view text) {
    const auto equals = text.rfind('=');
    if (equals == text.npos) return std::nullopt;
    const auto severity = parse_severity(text.substr(equals + 1));
    if (!severity) return std::nullopt;
    return RuleChange{known_rule(text.substr(0, equals)), RuleChange::Kind::set, *severity};
}

/// Options that change rules take effect in the order in which they stand.
void declare_rules(CLI::App& app, Options& options) {
    auto& changes = options.settings.changes;
    const auto add = [&app, &changes](const std::string& name, const std::string& help, RuleChange::Kind kind) {
        add_repeatable_option(app, name, "a rule", help, parse_rule,
                              [&changes, kind](const LintRule* rule) { changes.push_back({rule, kind}); })
            ->type_name("RULE")
            ->trigger_on_parse();
    };
    add("--enable", "Apply RULE, an id or a name, after all; repeatable, and the last word on a rule counts",
        RuleChange::Kind::enable);
    add("--disable", "Do not apply RULE; repeatable", RuleChange::Kind::disable);
    add_repeatable_option(app, "--severity", "RULE=error, RULE=warning or RULE=info",
                          "Take findings of RULE for error, warning or info; repeatable", parse_rule_severity,
                          [&changes](const RuleChange& change) { changes.push_back(change); })
        ->type_name("RULE=LEVEL")
        ->trigger_on_parse();
}

void declare_settings(CLI::App& app, Options& options) {
    LintSettings& settings = options.settings;
    add_parsed_option(app, "--go-version", std::string(kGoVersionForm),
                      "The Go that will build with the profile [1." + std::to_string(kNewestKnownGo.minor) + "]",
                      parse_go_version, [&settings](GoVersion version) { settings.go_version = version; })
        ->type_name("X.Y");
    declare_rules(app, options);
    add_parsed_option(app, "--fail-on", std::string(kFailOnForm),
                      "Exit with 1 if a finding is at least that: error, warning, or never [error]", parse_fail_on,
                      [&settings](FailOn fail_on) { settings.fail_on = fail_on; })
        ->type_name("LEVEL");
    add_parsed_option(app, "--max-age", std::string(kAgeForm), "Find fault with profiles older than AGE (d, h)",
                      parse_age, [&settings](std::int64_t nanos) { settings.max_age_nanos = nanos; })
        ->type_name("AGE");
    add_parsed_option(app, "--max-size", std::string(kSizeForm),
                      "Find fault with files of more than SIZE bytes (KB, MB, KiB, MiB)", parse_bytes,
                      [&settings](std::uint64_t bytes) { settings.max_size = bytes; })
        ->type_name("SIZE");
}

}  // namespace

void declare_options(CLI::App& app, Options& options) {
    app.add_option("FILE", options.files, "Profiles to judge; - is stdin");
    declare_settings(app, options);
    add_choice_option(app, "--format", options.format, {"text", "json", "sarif", "github"},
                      "How to print: text, json, sarif for code scanning, or github annotations");
    add_output_option(app, options.output);
    app.add_flag("--list-rules", options.list_rules, "Print all rules, as text or json, and judge nothing");
    add_parsed_option(app, "--explain", "a rule", "Print what RULE is about, and judge nothing", parse_rule,
                      [&options](const LintRule* rule) { options.explain = rule; })
        ->type_name("RULE");
    add_limits_option(app, options.limits);
}

Result<> check_options(const Options& options) {
    const auto senseless = [](std::string message) { return fail(ErrorCode::usage, std::move(message), "try --help"); };
    if (std::ranges::count(options.files, "-") > 1) return senseless("stdin (-) can be read only once");
    if (!options.list_rules && !options.explain) return {};
    if (options.list_rules && options.explain) return senseless("--list-rules and --explain are too much at once");
    if (!options.files.empty()) return senseless("--list-rules and --explain judge no FILE");
    const bool known = options.format == "text" || (options.list_rules && options.format == "json");
    if (!known) return senseless("--list-rules prints text or json, and --explain text");
    return {};
}

}  // namespace pgoprof::cli
