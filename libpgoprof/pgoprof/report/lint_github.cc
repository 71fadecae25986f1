#include <fmt/format.h>

#include <array>
#include <iterator>

#include "pgoprof/base/text.h"
#include "pgoprof/report/lint_report.h"
#include "pgoprof/report/ranked_findings.h"

namespace pgoprof {
namespace {

/// GitHub shows so many annotations of each level a step, the first ones, and drops the rest.
constexpr std::uint64_t kShownPerLevel = 10;

/// What actions/runner reads back (ActionCommand.cs): in a property, ":" and "," too.
std::string percent_encode(std::string_view text, std::string_view special) {
    std::string encoded;
    encoded.reserve(text.size());
    for (const char c : text) {
        if (special.find(c) == special.npos) {
            encoded += c;
        } else {
            fmt::format_to(std::back_inserter(encoded), "%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return encoded;
}

std::string property(std::string_view text) { return percent_encode(text, "%\r\n:,"); }
std::string data(std::string_view text) { return percent_encode(text, "%\r\n"); }

std::string_view command(Severity severity) {
    switch (severity) {
        case Severity::info:
            return "notice";
        case Severity::warning:
            return "warning";
        case Severity::error:
            break;
    }
    return "error";
}

/// Annotations, of which only the first of each level are kept.
class Annotations {
public:
    void add(Severity severity, const FileFindings& file, std::string_view title, std::string_view message) {
        if (++added_[static_cast<std::size_t>(severity)] > kShownPerLevel) {
            ++left_out_;
            return;
        }
        fmt::format_to(std::back_inserter(lines_), "::{} file={},line=1,title={}::{}\n", command(severity),
                       property(escape_line(file.repository_path)), property(title), data(message));
    }

    std::uint64_t left_out() const { return left_out_; }
    const std::string& lines() const { return lines_; }

private:
    std::array<std::uint64_t, 3> added_{};  // by severity
    std::uint64_t left_out_ = 0;
    std::string lines_;
};

}  // namespace

std::string lint_github(std::span<const FileFindings> files) {
    Annotations annotations;
    for (const FileFindings& file : files) {
        if (!file.unreadable) continue;
        annotations.add(Severity::error, file, "unreadable", escape_line(file.unreadable->message));
    }
    for (const RankedFinding& entry : worst_first(files)) {
        const LintRule& rule = *entry.finding->rule;
        annotations.add(entry.finding->severity, *entry.file, fmt::format("{} {}", rule.id, rule.name),
                        fmt::format("{}\npgo-lint --explain {} tells more", describe(*entry.finding), rule.id));
    }
    std::string summary = lint_summary(files);
    if (annotations.left_out() > 0) {
        summary += fmt::format("; GitHub shows {} annotations of each level, {} more are left out", kShownPerLevel,
                               annotations.left_out());
    }
    return annotations.lines() + summary + "\n";
}

}  // namespace pgoprof
