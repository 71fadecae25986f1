#include "pgoprof/report/fetch_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <tuple>

#include "pgoprof/base/json_text.h"
#include "pgoprof/base/text.h"

namespace pgoprof {
namespace {

using Row = FetchReport::Row;
using Rows = std::vector<std::reference_wrapper<const Row>>;

Rows sorted(const FetchReport& report) {
    Rows rows(report.rows.begin(), report.rows.end());
    std::ranges::sort(rows, {}, [](const Row& row) { return std::tie(row.round, row.target, row.part); });
    return rows;
}

using Cells = std::vector<std::string>;

Cells cells(const Row& row, bool rounds) {
    Cells cells;
    if (rounds) cells.push_back(fmt::format("{}", row.round));
    cells.push_back(row.parts == 1 ? row.target : fmt::format("{} ({} of {})", row.target, row.part, row.parts));
    cells.push_back(row.fault.empty() ? std::string(row.outcome) : fmt::format("{}: {}", row.outcome, row.fault));
    cells.push_back(row.has_profile ? format_duration(row.duration_nanos) : "-");
    cells.push_back(row.has_profile ? fmt::format("{}", row.samples) : "-");
    cells.push_back(row.has_profile ? fmt::format("{:.2f}", row.cores) : "-");
    return cells;
}

/// Columns as wide as what is in them; numbers, which are the last three, stand to the right.
std::string table(const std::vector<Cells>& lines) {
    constexpr std::size_t kNumbers = 3;
    std::vector<std::size_t> widths(lines.front().size());
    for (const Cells& line : lines) {
        for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
    }
    std::string text;
    for (const Cells& line : lines) {
        for (std::size_t i = 0; i < line.size(); ++i) {
            const std::string padding(widths[i] - line[i].size(), ' ');
            if (i != 0) text += "  ";
            text += i + kNumbers < line.size() ? line[i] + padding : padding + line[i];
        }
        text += '\n';
    }
    return text;
}

Json text_or_null(std::string_view text) { return text.empty() ? Json() : Json(std::string(text)); }

Json row_json(const Row& row) {
    const auto figure = [&](auto value) { return row.has_profile ? Json(value) : Json(); };
    return {
        {"round", row.round},
        {"target", row.target},
        {"part", row.part},
        {"parts", row.parts},
        {"time", row.time},
        {"attempts", row.attempts},
        {"outcome", std::string(row.outcome)},
        {"duration_nanos", figure(row.duration_nanos)},
        {"samples", figure(row.samples)},
        {"cpu_cores", figure(row.cores)},
        {"sha256", text_or_null(row.sha256)},
        {"file", text_or_null(row.file)},
        {"fault", text_or_null(row.fault)},
        {"message", text_or_null(row.message)},
        {"resumed", row.resumed},
    };
}

Json provenance_json(const std::optional<InputSummary>& summary) {
    if (!summary) return nullptr;
    return {
        {"inputs", summary->inputs},
        {"failed", summary->failed},
        {"shortest_nanos", summary->shortest_nanos},
        {"longest_nanos", summary->longest_nanos},
        {"scaled", summary->scaled},
    };
}

}  // namespace

FetchTotals fetch_totals(std::span<const Row> rows) {
    FetchTotals totals;
    for (const Row& row : rows) {
        ++(row.outcome == "captured" ? totals.captured : row.outcome == "idle" ? totals.idle : totals.failed);
    }
    return totals;
}

std::string fetch_text(const FetchReport& report) {
    const bool rounds = report.rounds > 1;
    std::vector<Cells> lines{{"TARGET", "OUTCOME", "DURATION", "SAMPLES", "CORES"}};
    if (rounds) lines.front().insert(lines.front().begin(), "ROUND");
    for (const Row& row : sorted(report)) lines.push_back(cells(row, rounds));
    const FetchTotals totals = fetch_totals(report.rows);
    return table(lines) + fmt::format("{} captured, {} idle, {} failed\n", totals.captured, totals.idle, totals.failed);
}

std::string fetch_json(const FetchReport& report) {
    Json captures = Json::array();
    for (const Row& row : sorted(report)) captures.push_back(row_json(row));
    const FetchTotals totals = fetch_totals(report.rows);
    return to_text({
        {"schema", "pgoprof.pgo-fetch/1"},
        {"output", report.output.empty() ? Json() : Json(escape_line(report.output))},
        {"provenance", provenance_json(report.provenance)},
        {"directory", report.directory.empty() ? Json() : Json(escape_line(report.directory))},
        {"rounds", report.rounds},
        {"interrupted", report.interrupted},
        {"totals", {{"captured", totals.captured}, {"idle", totals.idle}, {"failed", totals.failed}}},
        {"captures", std::move(captures)},
    });
}

}  // namespace pgoprof
