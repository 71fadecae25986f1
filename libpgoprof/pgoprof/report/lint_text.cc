#include <fmt/format.h>

#include <iterator>

#include "pgoprof/base/text.h"
#include "pgoprof/report/lint_report.h"

namespace pgoprof {
namespace {

std::string counted(std::uint64_t number, std::string_view noun) {
    return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

/// " (inflated offset 12; 3 more like this)", as far as it applies.
std::string details(const Finding& finding) {
    std::string text;
    if (finding.offset) text = format_offset(*finding.offset);
    if (finding.more > 0) text += fmt::format("{}{} more like this", text.empty() ? "" : "; ", finding.more);
    return text.empty() ? text : fmt::format(" ({})", text);
}

}  // namespace

LintTotals lint_totals(std::span<const FileFindings> files) {
    LintTotals totals;
    for (const FileFindings& file : files) {
        totals.errors += count(file.findings, Severity::error);
        totals.warnings += count(file.findings, Severity::warning);
        totals.unreadable += file.unreadable ? 1 : 0;
    }
    return totals;
}

std::string lint_text(std::span<const FileFindings> files) {
    std::string text;
    for (const FileFindings& file : files) {
        for (const Finding& finding : file.findings) {
            fmt::format_to(std::back_inserter(text), "{}: {}: {}{} [{} {}]\n", escape_line(file.file),
                           name(finding.severity), escape_line(finding.message), details(finding), finding.rule->id,
                           finding.rule->name);
        }
    }
    const LintTotals totals = lint_totals(files);
    return text + fmt::format("{}: {}, {}{}\n", counted(files.size(), "file"), counted(totals.errors, "error"),
                              counted(totals.warnings, "warning"),
                              totals.unreadable > 0 ? fmt::format(", {} unreadable", totals.unreadable) : "");
}

}  // namespace pgoprof
