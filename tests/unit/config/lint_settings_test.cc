#include "pgoprof/config/lint_settings.h"

#include <catch2/catch.hpp>

#include "pgoprof/config/lint_config.h"

using namespace pgoprof;
using Kind = RuleChange::Kind;

namespace {

const LintRule* rule(std::string_view id) {
    const LintRule* found = find_lint_rule(id);
    REQUIRE(found != nullptr);
    return found;
}

std::optional<Severity> level(const LintSettings& settings, std::string_view id) {
    const LintOptions options = lint_options(settings);
    REQUIRE(options.levels.size() == lint_rules().size());
    return options.levels[static_cast<std::size_t>(rule(id) - lint_rules().data())];
}

std::string config_error(std::string_view text) {
    const auto settings = parse_lint_config(text, "x/.pgo-lint.toml");
    REQUIRE_FALSE(settings);
    return settings.error().input + ": " + settings.error().message;
}

}  // namespace

TEST_CASE("Values of settings read as people write them") {
    CHECK(parse_go_version("1.24") == GoVersion{24});
    CHECK(parse_go_version("1.20.6") == GoVersion{20});
    CHECK(parse_go_version("1.99") == GoVersion{99});
    for (const char* bad :
         {"", "1", "1.", "1.19", "2.0", "go1.24", "1.24rc1", "1.24.", "1.-24", "1.24.x", "1.99999999999"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_go_version(bad));
    }

    CHECK(parse_age("720h") == parse_age("30d"));
    CHECK(parse_age("1h") == 3'600'000'000'000);
    for (const char* bad : {"", "30", "d", "0d", "-1d", "1.5d", "30 d", "30m", "106752d", "99999999999999999999d"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_age(bad));
    }
}

TEST_CASE("Later changes of a rule win, and the command line's come last") {
    const LintRule* missing_duration = rule("PGO401");
    const LintRule* no_samples = rule("no-samples");
    const LintSettings base{.go_version = GoVersion{22},
                            .changes = {{missing_duration, Kind::set, Severity::error}, {no_samples, Kind::disable}},
                            .max_size = 5};
    CHECK(level({}, "PGO401") == Severity::warning);
    CHECK(level(base, "PGO401") == Severity::error);
    CHECK_FALSE(level(base, "PGO204"));

    const LintSettings both = overlay(base, {.changes = {{missing_duration, Kind::enable}, {no_samples, Kind::enable}},
                                             .fail_on = FailOn::never,
                                             .max_size = 7});
    CHECK(level(both, "PGO401") == Severity::error);
    CHECK(level(both, "PGO204") == Severity::error);
    const LintOptions options = lint_options(both);
    CHECK(options.go_version == GoVersion{22});
    CHECK(options.max_size == 7);
    CHECK(both.fail_on == FailOn::never);
}

TEST_CASE("The answer is no from a severity on") {
    const std::vector<Finding> warning{{.rule = rule("PGO401"), .severity = Severity::warning}};
    const std::vector<Finding> error{{.rule = rule("PGO401"), .severity = Severity::error}};
    CHECK_FALSE(fails(warning, {}));
    CHECK(fails(error, {}));
    CHECK(fails(warning, {.fail_on = FailOn::warning}));
    CHECK(fails(error, {.fail_on = FailOn::warning}));
    CHECK_FALSE(fails(error, {.fail_on = FailOn::never}));
    CHECK_FALSE(fails({}, {.fail_on = FailOn::warning}));
}

TEST_CASE("Unknown rules are answered with near ones") {
    const auto answer = [](std::string_view text) {
        const auto found = look_up_rule(text);
        return found ? std::string((*found)->id) : found.error().message;
    };
    CHECK(answer("no-samples") == "PGO204");
    CHECK(answer("no-sample") == "unknown rule no-sample; did you mean no-sample-type or no-samples?");
    CHECK(answer("pgo204") == "PGO204");
    CHECK(answer("pgo2o4").find("did you mean PGO204") != std::string::npos);
    CHECK(answer("missing-dur") == "unknown rule missing-dur; did you mean missing-duration?");
    CHECK(answer("nonsense") == "unknown rule nonsense (--list-rules shows them all)");
    CHECK(answer(std::string(1'000'000, 'x')).ends_with("(--list-rules shows them all)"));
}

TEST_CASE("A configuration says what options say") {
    const auto settings = parse_lint_config(R"(
# strict
go-version = "1.23"
fail-on = "warning"
max-age = "30d"
max-size = "5MB"
enable = ["PGO204"]
disable = ["missing-duration", "PGO204"]

[severity]
PGO402 = "error"
negative-values = "info"
)",
                                            "f");
    REQUIRE(settings);
    CHECK(settings->go_version == GoVersion{23});
    CHECK(settings->fail_on == FailOn::warning);
    CHECK(settings->max_age_nanos == parse_age("30d"));
    CHECK(settings->max_size == 5'000'000u);
    CHECK_FALSE(level(*settings, "PGO401"));
    CHECK(level(*settings, "PGO204") == Severity::error);
    CHECK(level(*settings, "PGO402") == Severity::error);
    CHECK(level(*settings, "PGO303") == Severity::info);
    CHECK(parse_lint_config("", "f"));
    CHECK(parse_lint_config("\xef\xbb\xbf# größer\nfail-on = 'never' # \xff", "f")->fail_on == FailOn::never);
}

TEST_CASE("A fault in a configuration is named by file and line") {
    CHECK(config_error("\nmax-siez = \"5MB\"") == "x/.pgo-lint.toml:2: unknown key max-siez");
    CHECK(config_error("max-size = 5") ==
          "x/.pgo-lint.toml:1: max-size must be a string: a size above 0, such as 5MB or 512KiB");
    CHECK(config_error("\n\nfail-on = \"info\"") ==
          "x/.pgo-lint.toml:3: fail-on is \"info\": give error, warning or never");
    CHECK(config_error("fail-on = true") == "x/.pgo-lint.toml:1: fail-on must be a string: error, warning or never");
    CHECK(config_error("go-version = \"1.19\"") ==
          "x/.pgo-lint.toml:1: go-version is \"1.19\": give a Go version from 1.20 on, such as 1.24");
    CHECK(config_error("max-age = \"30\"") ==
          "x/.pgo-lint.toml:1: max-age is \"30\": give an age above 0 in days or hours, such as 30d or 720h");
    CHECK(config_error("max-size = \"\"") ==
          "x/.pgo-lint.toml:1: max-size is \"\": give a size above 0, such as 5MB or 512KiB");
    CHECK(config_error("max-age = [\"30d\"]").find(":1: max-age must be") != std::string::npos);
    CHECK(config_error("disable = \"PGO204\"") == "x/.pgo-lint.toml:1: disable must be a list of rules");
    CHECK(config_error("enable = [\n\"PGO204\",\n2]") ==
          "x/.pgo-lint.toml:3: enable must be a list of rules, as strings");
    CHECK(config_error("enable = [\n\"PGO2O4\"]")
              .starts_with("x/.pgo-lint.toml:2: unknown rule PGO2O4; did you mean PGO2"));
    CHECK(config_error("severity = \"error\"") == "x/.pgo-lint.toml:1: severity must be a table of rules");
    CHECK(config_error("[severity]\nPGO204 = \"fatal\"") ==
          "x/.pgo-lint.toml:2: PGO204 is \"fatal\": give error, warning or info");
    CHECK(config_error("[severity]\n\nPGO999 = \"error\"").starts_with("x/.pgo-lint.toml:3: unknown rule PGO999"));
    CHECK(config_error("[severity]\nPGO401 = \"error\"\nmissing-duration = \"info\"") ==
          "x/.pgo-lint.toml:3: PGO401 and missing-duration are the same rule");
    CHECK(config_error("[severity]\nmissing-duration = \"error\"\nPGO401 = \"error\"") ==
          "x/.pgo-lint.toml:3: missing-duration and PGO401 are the same rule");
    CHECK(config_error("[severity]\npgo401 = \"error\"\nPGO401 = \"error\"") ==
          "x/.pgo-lint.toml:3: pgo401 and PGO401 are the same rule");
    CHECK(config_error("a = 1\nb = = 2").starts_with("x/.pgo-lint.toml:2: "));
    CHECK(config_error("max-size = \"5MB\"\nmax-size = \"6MB\"").starts_with("x/.pgo-lint.toml:2: "));
    CHECK(config_error("max-size = \"\xff\"").starts_with("x/.pgo-lint.toml:1: max-size is \"?\": give"));
    CHECK(config_error("am\xef\xb3\xbf = 1").starts_with("x/.pgo-lint.toml:1: "));
    CHECK(config_error("\n[[[a]]]").starts_with("x/.pgo-lint.toml:2: "));
    CHECK(config_error("\n[\x01").starts_with("x/.pgo-lint.toml:2: "));
}

TEST_CASE("A configuration can neither nest nor grow without end") {
    const auto nested = [](std::size_t levels) {
        std::string key;
        for (std::size_t i = 0; i < levels; ++i) key += "a.";
        return key + "a = 1";
    };
    CHECK(config_error(nested(8'000)) == "x/.pgo-lint.toml:1: unknown key a");
    CHECK(config_error(nested(10'000)) == "x/.pgo-lint.toml: a configuration may have 16 KiB");
    CHECK(config_error("a = " + std::string(16'000, '[')).starts_with("x/.pgo-lint.toml:1: "));
}
