#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>

#include "pgoprof/base/text.h"
#include "pgoprof/report/edge_views.h"

namespace pgoprof {
namespace {

template <typename Row>
std::span<const Row> shown(const FunctionReport& report, const std::vector<Row>& rows) {
    return std::span(rows).first(std::min(report.of.shown, rows.size()));
}

std::string name_text(std::string_view name) { return name.empty() ? "(no name)" : escape_line(name); }

/// "-" where the file has no stacks.
std::string stack_weight(const FunctionReport& report, std::int64_t weight) {
    return report.has_stacks ? fmt::to_string(weight) : "-";
}

void append_neighbours(std::string& text, const FunctionReport& report, const std::vector<Neighbour>& neighbours,
                       std::string_view relation) {
    const auto listed = shown(report, neighbours);
    const auto out = std::back_inserter(text);
    for (const Neighbour& neighbour : listed) {
        fmt::format_to(out, "{:>14} {:>14}  {:<4}  {:<6} {}\n", neighbour.edge_weight,
                       stack_weight(report, neighbour.stack_weight), neighbour.hot ? "hot" : "-", relation,
                       name_text(neighbour.name));
    }
    if (listed.size() < neighbours.size()) {
        fmt::format_to(out, "{:>14} {:>14}  {:<4}  {:<6} and {} more; --all lists them\n", "", "", "", relation,
                       neighbours.size() - listed.size());
    }
}

void append_function(std::string& text, const FunctionReport& report, const FunctionView& function) {
    fmt::format_to(std::back_inserter(text), "\n{}\n  called {}, calling {}", name_text(function.name), function.called,
                   function.calling);
    if (report.has_stacks) {
        fmt::format_to(std::back_inserter(text), "; whole stacks: flat {}, cumulative {}", function.flat,
                       function.cumulative);
    }
    fmt::format_to(std::back_inserter(text), "\n{:>14} {:>14}  {:<4}\n", "compiler", "whole stacks", "hot");
    append_neighbours(text, report, function.callers, "from");
    append_neighbours(text, report, function.callees, "to");
}

std::uint64_t name_bytes(const FunctionReport& report, const std::vector<Neighbour>& neighbours) {
    std::uint64_t bytes = 0;
    for (const Neighbour& neighbour : shown(report, neighbours)) bytes += neighbour.name.size();
    return bytes;
}

}  // namespace

std::string functions_text(const FunctionReport& report) {
    std::string text = totals_text(report.of) +
                       fmt::format("functions:    {} match {}\n", report.functions.size(), escape_line(report.pattern));
    const auto listed = shown(report, report.functions);
    for (const FunctionView& function : listed) append_function(text, report, function);
    if (listed.size() < report.functions.size()) {
        text += fmt::format("\nand {} more functions; --all lists them\n", report.functions.size() - listed.size());
    }
    return text +
           "\ncompiler: of a sample, only calls in its two leaf-most locations count. whole stacks: as in go tool "
           "pprof -peek.\n";
}

std::uint64_t name_bytes(const FunctionReport& report) {
    std::uint64_t bytes = 0;
    for (const FunctionView& function : shown(report, report.functions)) {
        bytes += function.name.size() + name_bytes(report, function.callers) + name_bytes(report, function.callees);
    }
    return bytes;
}

}  // namespace pgoprof
