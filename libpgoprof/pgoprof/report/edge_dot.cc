#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "pgoprof/base/checked.h"
#include "pgoprof/base/text.h"
#include "pgoprof/report/edge_report.h"

namespace pgoprof {
namespace {

constexpr std::size_t kLongestLabel = 120;

/// The middle goes, never a part of a character.
std::string cut(std::string text) {
    if (text.size() <= kLongestLabel) return text;
    const auto within_character = [&](std::size_t i) { return (static_cast<unsigned char>(text[i]) & 0xc0) == 0x80; };
    std::size_t begin = kLongestLabel / 2;
    while (begin > 0 && within_character(begin)) --begin;
    std::size_t end = text.size() - kLongestLabel / 2;
    while (end < text.size() && within_character(end)) ++end;
    return text.substr(0, begin) + "..." + text.substr(end);
}

/// For a quoted string: in labels Graphviz reads escapes such as \N.
std::string quote(std::string_view name) {
    std::string quoted;
    for (const char c : cut(escape_line(name))) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted.empty() ? "(no name)" : quoted;
}

/// The hot edges between functions, whatever the call site.
class HotGraph {
public:
    explicit HotGraph(const EdgeReport& report) : profile_(*report.profile) {
        const std::size_t hot = std::min({report.hot.edge_count, report.shown, profile_.edges.size()});
        for (std::size_t i = 0; i < hot; ++i) add(profile_.edges[i]);
    }

    std::string to_dot() const {
        std::string text =
            "digraph hot_calls {\n"
            "  node [shape=box, fontname=\"sans-serif\", fontsize=10];\n"
            "  edge [fontname=\"sans-serif\", fontsize=9];\n";
        for (const auto& [function, weight] : received_) {
            const std::string called = weight == 0 ? "" : fmt::format("\\n{:.2f}% called", percent(weight));
            fmt::format_to(std::back_inserter(text), "  n{} [label=\"{}{}\"];\n", function.value,
                           quote(profile_.names[function]), called);
        }
        for (const auto& [ends, weight] : calls_) {
            fmt::format_to(std::back_inserter(text), "  n{} -> n{} [label=\"{:.2f}%\", penwidth={:.2f}];\n",
                           ends.first.value, ends.second.value, percent(weight), width(weight));
        }
        return text + "}\n";
    }

private:
    void add(const CallEdge& edge) {
        std::int64_t& call = calls_[{edge.caller, edge.callee}];
        call = add_wrapping(call, edge.weight);
        std::int64_t& received = received_[edge.callee];
        received = add_wrapping(received, edge.weight);
        received_.try_emplace(edge.caller, 0);
    }

    double percent(std::int64_t weight) const { return weight_in_percent(weight, profile_.total_weight); }

    /// In points: from 1 to 8.
    double width(std::int64_t weight) const { return 1 + 7 * std::clamp(percent(weight) / 100, 0.0, 1.0); }

    const EdgeProfile& profile_;
    std::map<StringId, std::int64_t> received_;  ///< weight of the hot calls of a function
    std::map<std::pair<StringId, StringId>, std::int64_t> calls_;
};

}  // namespace

std::string edges_dot(const EdgeReport& report) { return HotGraph(report).to_dot(); }

}  // namespace pgoprof
