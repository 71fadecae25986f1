// The JSON documents of pgo-lint, but SARIF, and of pgo-merge.
#include <algorithm>

#include "pgoprof/base/json_text.h"
#include "pgoprof/base/text.h"
#include "pgoprof/report/lint_report.h"
#include "pgoprof/report/merge_report.h"

namespace pgoprof {
namespace {

Json offset_json(const std::optional<Offset>& offset) {
    if (!offset) return nullptr;
    return {{"value", offset->value}, {"of", offset->space == OffsetSpace::inflated ? "inflated" : "stored"}};
}

Json finding_json(const Finding& finding) {
    return {
        {"rule", finding.rule->id},
        {"name", finding.rule->name},
        {"severity", name(finding.severity)},
        {"message", escape_line(finding.message)},
        {"offset", offset_json(finding.offset)},
        {"more", finding.more},
    };
}

Json file_json(const FileFindings& file) {
    Json findings = Json::array();
    for (const Finding& finding : file.findings) findings.push_back(finding_json(finding));
    Json unreadable = nullptr;
    if (file.unreadable) unreadable = escape_line(file.unreadable->message);
    return {{"file", escape_line(file.file)}, {"findings", std::move(findings)}, {"unreadable", std::move(unreadable)}};
}

template <typename T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json();
}

Json texts_json(std::span<const std::string> texts) {
    Json listed = Json::array();
    for (const std::string& text : texts) listed.push_back(escape_line(text));
    return listed;
}

Json error_json(const Error& error) {
    const bool named = !error.input.empty();
    return {
        {"input", named ? Json(escape_line(error.input)) : Json()},
        {"message", escape_line(error.message)},
        {"offset", offset_json(error.offset)},
        {"rule", error.rule.empty() ? Json() : Json(error.rule)},
    };
}

Json provenance_json(const InputSummary& summary) {
    return {
        {"inputs", summary.inputs},
        {"failed", summary.failed},
        {"shortest_nanos", summary.shortest_nanos},
        {"longest_nanos", summary.longest_nanos},
        {"scaled", summary.scaled},
    };
}

/// The values of what was scaled count something else than samples and nanoseconds.
Json content_json(const MergeReport::Content& content) {
    const ProfileTotals totals = content.summary.scaled ? ProfileTotals{} : content.totals;
    return {
        {"provenance", provenance_json(content.summary)},
        {"duration_nanos", content.duration_nanos},
        {"samples", or_null(totals.samples)},
        {"cpu_nanos", or_null(totals.cpu_nanos)},
        {"cpu_cores", or_null(cpu_cores(totals, content.duration_nanos))},
    };
}

std::string_view name(MergeReport::Outcome outcome) {
    switch (outcome) {
        case MergeReport::Outcome::merged:
            return "merged";
        case MergeReport::Outcome::failed:
            return "failed";
        case MergeReport::Outcome::duplicate:
            return "duplicate";
    }
    return "";
}

Json input_json(const MergeReport::Input& input) {
    return {
        {"name", escape_line(input.name)},
        {"outcome", name(input.outcome)},
        {"error", input.error ? error_json(*input.error) : Json()},
        {"bytes", or_null(input.bytes)},
        {"sha256", input.sha256 ? Json(to_hex(*input.sha256)) : Json()},
        {"weight", input.weight},
        {"factor", or_null(input.factor)},
        {"content", input.content ? content_json(*input.content) : Json()},
    };
}

}  // namespace

std::string merge_json(const MergeReport& report) {
    Json inputs = Json::array();
    for (const MergeReport::Input& input : report.inputs) inputs.push_back(input_json(input));
    Json errors = Json::array();
    for (const Error& error : report.errors) errors.push_back(error_json(error));
    const auto count = [&](MergeReport::Outcome outcome) {
        return std::ranges::count(report.inputs, outcome, &MergeReport::Input::outcome);
    };
    return to_text({
        {"schema", "pgoprof.pgo-merge/1"},
        {"output", report.provenance ? Json(escape_line(report.output)) : Json()},
        {"provenance", report.provenance ? provenance_json(*report.provenance) : Json()},
        {"totals",
         {{"inputs", report.inputs.size()},
          {"merged", count(MergeReport::Outcome::merged)},
          {"failed", count(MergeReport::Outcome::failed)},
          {"duplicates", count(MergeReport::Outcome::duplicate)}}},
        {"dropped",
         {{"sample_types", texts_json(report.dropped_sample_types)},
          {"labels", texts_json(report.dropped_labels)},
          {"notes", texts_json(report.notes)}}},
        {"errors", std::move(errors)},
        {"inputs", std::move(inputs)},
    });
}

std::string lint_json(std::span<const FileFindings> files) {
    Json listed = Json::array();
    for (const FileFindings& file : files) listed.push_back(file_json(file));
    const LintTotals totals = lint_totals(files);
    return to_text({
        {"schema", "pgoprof.pgo-lint/1"},
        {"files", std::move(listed)},
        {"summary",
         {{"files", files.size()},
          {"errors", totals.errors},
          {"warnings", totals.warnings},
          {"infos", totals.infos},
          {"unreadable", totals.unreadable}}},
    });
}

std::string lint_rules_json() {
    Json rules = Json::array();
    for (const LintRule& rule : lint_rules()) {
        rules.push_back({
            {"id", rule.id},
            {"name", rule.name},
            {"severity", name(rule.severity)},
            {"since", "1." + std::to_string(rule.since.minor)},
            {"go", name(rule.go)},
            {"summary", rule.summary},
            {"explanation", rule.explanation},
        });
    }
    return to_text({{"schema", "pgoprof.pgo-lint-rules/1"}, {"rules", std::move(rules)}});
}

}  // namespace pgoprof
