// pgo-lint's results for people and for programs.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pgoprof/base/error.h"
#include "pgoprof/lint/lint.h"

namespace pgoprof {

struct FileFindings {
    std::string file;  ///< its name for messages
    std::vector<Finding> findings{};
    std::optional<Error> unreadable{};  ///< set: there was no content to judge, and there are no findings
};

struct LintTotals {
    std::uint64_t errors = 0;
    std::uint64_t warnings = 0;
    std::uint64_t unreadable = 0;  ///< files
};

LintTotals lint_totals(std::span<const FileFindings> files);

/// One line a finding, "FILE: error: MESSAGE (offset N) [PGO202 no-start-line]", and a summary line. Unreadable files
/// are only counted. Escaped.
std::string lint_text(std::span<const FileFindings> files);

/// The document "pgoprof.pgo-lint/1". File names and messages are escaped as in the text, which keeps them valid UTF-8.
std::string lint_json(std::span<const FileFindings> files);

}  // namespace pgoprof
