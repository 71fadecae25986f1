#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "pgoprof/base/text.h"
#include "pgoprof/report/lint_report.h"
#include "pgoprof/report/ranked_findings.h"

namespace pgoprof {
namespace {

std::string counted(std::uint64_t number, std::string_view noun) {
    return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

/// `text` with line breaks instead of the spaces before column 80.
std::string wrapped(std::string_view text) {
    constexpr std::size_t kWidth = 80;
    std::string lines;
    while (text.size() > kWidth) {
        const auto before = text.rfind(' ', kWidth);
        const auto end = before == text.npos ? text.find(' ') : before;
        if (end == text.npos) break;
        lines.append(text.substr(0, end)) += '\n';
        text.remove_prefix(end + 1);
    }
    return lines.append(text) + '\n';
}

}  // namespace

LintTotals lint_totals(std::span<const FileFindings> files) {
    LintTotals totals;
    for (const FileFindings& file : files) {
        totals.errors += count(file.findings, Severity::error);
        totals.warnings += count(file.findings, Severity::warning);
        totals.infos += count(file.findings, Severity::info);
        totals.unreadable += file.unreadable ? 1 : 0;
    }
    return totals;
}

std::vector<RankedFinding> worst_first(std::span<const FileFindings> files) {
    std::vector<RankedFinding> ranked;
    for (const FileFindings& file : files) {
        for (const Finding& finding : file.findings) {
            const RankedFinding* last = ranked.empty() ? nullptr : &ranked.back();
            const bool again = last && last->file == &file && last->finding->rule == finding.rule;
            ranked.push_back({&file, &finding, again ? last->ordinal + 1 : 1});
        }
    }
    std::ranges::stable_sort(ranked, std::ranges::greater{},
                             [](const RankedFinding& entry) { return entry.finding->severity; });
    return ranked;
}

std::string describe(const Finding& finding) {
    std::string details;
    if (finding.offset) details = format_offset(*finding.offset);
    if (finding.more > 0) details += fmt::format("{}{} more like this", details.empty() ? "" : "; ", finding.more);
    return escape_line(finding.message) + (details.empty() ? details : fmt::format(" ({})", details));
}

std::string lint_summary(std::span<const FileFindings> files) {
    const LintTotals totals = lint_totals(files);
    return fmt::format("{}: {}, {}{}{}", counted(files.size(), "file"), counted(totals.errors, "error"),
                       counted(totals.warnings, "warning"),
                       totals.infos > 0 ? ", " + counted(totals.infos, "info") : "",
                       totals.unreadable > 0 ? fmt::format(", {} unreadable", totals.unreadable) : "");
}

std::string lint_text(std::span<const FileFindings> files) {
    std::string text;
    for (const FileFindings& file : files) {
        for (const Finding& finding : file.findings) {
            fmt::format_to(std::back_inserter(text), "{}: {}: {} [{} {}]\n", escape_line(file.file),
                           name(finding.severity), describe(finding), finding.rule->id, finding.rule->name);
        }
    }
    return text + lint_summary(files) + "\n";
}

std::string lint_rules_text() {
    std::string text;
    std::size_t longest = 0;
    for (const LintRule& rule : lint_rules()) longest = std::max(longest, rule.name.size());
    for (const LintRule& rule : lint_rules()) {
        fmt::format_to(std::back_inserter(text), "{}  {:<7}  {:<{}}  {}\n", rule.id, name(rule.severity), rule.name,
                       longest, rule.summary);
    }
    return text;
}

std::string lint_rule_text(const LintRule& rule) {
    std::string text = wrapped(fmt::format("{} {}: {}", rule.id, rule.name, rule.summary));
    text += fmt::format("Severity {} by default, since Go 1.{}.\n", name(rule.severity), rule.since.minor);
    if (!rule.explanation.empty()) text += "\n" + wrapped(rule.explanation);
    return text;
}

}  // namespace pgoprof
