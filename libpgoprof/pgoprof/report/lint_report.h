// pgo-lint's results for people and for programs.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pgoprof/base/error.h"
#include "pgoprof/lint/lint.h"

namespace pgoprof {

struct FileFindings {
    std::string file;  ///< its name for messages
    std::vector<Finding> findings{};
    std::optional<Error> unreadable{};  ///< set: there was no content to judge, and there are no findings
    std::string repository_path{};      ///< for a code host: from the repository's root; absolute if it is outside
};

struct LintTotals {
    std::uint64_t errors = 0;
    std::uint64_t warnings = 0;
    std::uint64_t infos = 0;
    std::uint64_t unreadable = 0;  ///< files
};

LintTotals lint_totals(std::span<const FileFindings> files);

/// One line a finding, "FILE: error: MESSAGE (offset N) [PGO202 no-start-line]", and a summary line. Unreadable files
/// are only counted. Escaped.
std::string lint_text(std::span<const FileFindings> files);

/// The document "pgoprof.pgo-lint/1". File names and messages are escaped as in the text, which keeps them valid UTF-8.
std::string lint_json(std::span<const FileFindings> files);

/// Workflow commands of GitHub Actions, one line an annotation, worst first and as many of each level as GitHub shows;
/// then the text's summary line, with the number of those left out. Escaped as in the text, then as commands need it.
std::string lint_github(std::span<const FileFindings> files);

/// SARIF 2.1.0 as GitHub code scanning takes it: all rules, results worst first and no more than GitHub accepts (the
/// number of those left out is a notification, as are unreadable files). Nothing in it is markdown; text out of
/// profiles is escaped as in the text, and can form neither links nor placeholders.
std::string lint_sarif(std::span<const FileFindings> files, std::string_view tool_version);

/// One line a rule: id, default severity, name, summary.
std::string lint_rules_text();

/// The document "pgoprof.pgo-lint-rules/1".
std::string lint_rules_json();

/// All that is known of one rule, in lines of at most 80 characters.
std::string lint_rule_text(const LintRule& rule);

}  // namespace pgoprof
