#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "pgoprof/base/json_text.h"
#include "pgoprof/base/text.h"
#include "pgoprof/report/lint_report.h"
#include "pgoprof/report/ranked_findings.h"

namespace pgoprof {
namespace {

constexpr std::string_view kSchema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// The Go project's own guide to what the rules are about; `help` has what there is to say of each.
constexpr std::string_view kHelpUri = "https://go.dev/doc/pgo";

/// GitHub refuses a run with more results, and shows the 5,000 worst.
constexpr std::size_t kMostResults = 25'000;
/// GitHub cuts a fullDescription that is longer.
constexpr std::size_t kLongestDescription = 1024;

std::string_view level(Severity severity) {
    switch (severity) {
        case Severity::info:
            return "note";
        case Severity::warning:
            return "warning";
        case Severity::error:
            break;
    }
    return "error";
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
}

/// A plain text message, where "[text](target)" would be a link and "{0}" a placeholder (SARIF 2.1.0, 3.11.5, 3.11.6).
Json message(std::string text) {
    replace_all(text, "](", "\\](");
    replace_all(text, "{", "{{");
    replace_all(text, "}", "}}");
    return {{"text", std::move(text)}};
}

/// Only unreserved characters and "/" stay (RFC 3986): no byte of a name means anything in a URI.
std::string uri_path(std::string_view path) {
    constexpr std::string_view kUnreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    std::string uri;
    for (const char c : path) {
        if (kUnreserved.find(c) != kUnreserved.npos) {
            uri += c;
        } else {
            fmt::format_to(std::back_inserter(uri), "%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return uri;
}

Json artifact_location(const FileFindings& file) {
    const std::string path = uri_path(file.repository_path);
    if (path.starts_with('/')) return {{"uri", "file://" + path}};
    return {{"uri", path}, {"uriBaseId", "%SRCROOT%"}};
}

/// A profile has no lines; GitHub asks for one.
Json locations(const FileFindings& file) {
    return Json::array(
        {{{"physicalLocation", {{"artifactLocation", artifact_location(file)}, {"region", {{"startLine", 1}}}}}}});
}

/// FNV-1a of 64 bits: enough to tell a repository's files and rules apart.
std::uint64_t fnv1a(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return hash;
}

/// The same for the same fault, however a profile's figures move: what GitHub tells alerts apart by.
std::string fingerprint(const RankedFinding& entry) {
    const std::string identity = fmt::format("{} {}", entry.finding->rule->id, entry.file->repository_path);
    return fmt::format("{:016x}:{}", fnv1a(identity), entry.ordinal);
}

Json rule_json(const LintRule& rule) {
    const std::string summary(rule.summary);
    const std::string explanation(rule.explanation.empty() ? rule.summary : rule.explanation);
    const bool fits = explanation.size() <= kLongestDescription;
    const std::string_view problem = rule.severity == Severity::info ? "recommendation" : name(rule.severity);
    return {
        {"id", rule.id},
        {"name", rule.name},
        {"shortDescription", message(summary)},
        {"fullDescription", message(fits ? explanation : summary)},
        {"help", message(explanation)},
        {"helpUri", kHelpUri},
        {"defaultConfiguration", {{"level", level(rule.severity)}}},
        {"properties", {{"tags", {"pgo"}}, {"problem.severity", problem}}},
    };
}

Json rules_json() {
    Json rules = Json::array();
    for (const LintRule& rule : lint_rules()) rules.push_back(rule_json(rule));
    return rules;
}

Json result_json(const RankedFinding& entry) {
    const Finding& finding = *entry.finding;
    return {
        {"ruleId", finding.rule->id},
        {"ruleIndex", finding.rule - lint_rules().data()},
        {"level", level(finding.severity)},
        {"message", message(describe(finding))},
        {"locations", locations(*entry.file)},
        {"partialFingerprints", {{"primaryLocationLineHash", fingerprint(entry)}}},
    };
}

/// What there is to say of the run itself.
Json notifications(std::span<const FileFindings> files, std::size_t left_out) {
    Json said = Json::array();
    for (const FileFindings& file : files) {
        if (!file.unreadable) continue;
        said.push_back({{"level", "error"},
                        {"message", message(escape_line(file.unreadable->message))},
                        {"locations", locations(file)}});
    }
    if (left_out > 0) {
        const std::string text =
            fmt::format("{} less severe results are left out: GitHub takes {}", left_out, kMostResults);
        said.push_back({{"level", "warning"}, {"message", message(text)}});
    }
    return said;
}

}  // namespace

std::string lint_sarif(std::span<const FileFindings> files, std::string_view tool_version) {
    const auto ranked = worst_first(files);
    const std::size_t listed = std::min(ranked.size(), kMostResults);
    Json results = Json::array();
    for (const RankedFinding& entry : std::span(ranked).first(listed)) results.push_back(result_json(entry));
    const Json invocation{
        {"executionSuccessful", lint_totals(files).unreadable == 0},
        {"toolExecutionNotifications", notifications(files, ranked.size() - listed)},
    };
    const Json run{
        {"tool", {{"driver", {{"name", "pgo-lint"}, {"version", tool_version}, {"rules", rules_json()}}}}},
        {"originalUriBaseIds", {{"%SRCROOT%", {{"description", message("The root of the repository.")}}}}},
        {"invocations", Json::array({invocation})},
        {"columnKind", "unicodeCodePoints"},
        {"results", std::move(results)},
    };
    const Json document{{"$schema", kSchema}, {"version", "2.1.0"}, {"runs", Json::array({run})}};
    return to_text(document);
}

}  // namespace pgoprof
