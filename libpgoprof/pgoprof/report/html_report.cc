#include "pgoprof/report/html_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "pgoprof/base/json_text.h"
#include "pgoprof/base/text.h"
#include "pgoprof/report/html_page.h"
#include "pgoprof/transform/call_edges.h"

namespace pgoprof {
namespace {

/// The names that the page mentions, each once; all else refers to them by position.
class PageNames {
public:
    explicit PageNames(const HtmlLimits& limits) : limits_(limits) {}

    std::uint32_t size() const { return names_.size(); }
    std::string_view operator[](std::uint32_t id) const { return names_[StringId{id}]; }
    std::uint32_t add(std::string_view name) { return names_.intern(name).value; }

    Json to_json() const {
        Json shown = Json::array();
        std::size_t bytes = 0;
        for (std::uint32_t id = 0; id < names_.size(); ++id) {
            const std::size_t most = bytes < limits_.all_name_bytes ? limits_.name_bytes : kShortNameBytes;
            shown.push_back(cut(escape_line(names_[StringId{id}]), most));
            bytes += shown.back().get_ref<const std::string&>().size();
        }
        return shown;
    }

private:
    static constexpr std::size_t kShortNameBytes = 64;

    static std::string cut(std::string text, std::size_t most) {
        if (text.size() <= most) return text;
        std::size_t end = most;
        const auto continues = [&](std::size_t i) { return (static_cast<unsigned char>(text[i]) & 0xc0) == 0x80; };
        while (end > 0 && continues(end)) --end;
        return fmt::format("{}\u2026 ({} bytes)", std::string_view(text).substr(0, end), text.size());
    }

    HtmlLimits limits_;
    StringTable names_;
};

/// An array for each field: half the size of an object for each edge.
Json edges_json(const EdgeProfile& profile, std::size_t shown, PageNames& names) {
    Json caller = Json::array(), callee = caller, offset = caller, weight = caller, file = caller, line = caller;
    for (const CallEdge& edge : std::span(profile.edges).first(shown)) {
        caller.push_back(names.add(profile.names[edge.caller]));
        callee.push_back(names.add(profile.names[edge.callee]));
        offset.push_back(edge.call_site_offset);
        weight.push_back(edge.weight);
        file.push_back(names.add(profile.names[edge.caller_file]));
        line.push_back(edge.call_line);
    }
    return {{"caller", std::move(caller)}, {"callee", std::move(callee)}, {"offset", std::move(offset)},
            {"weight", std::move(weight)}, {"file", std::move(file)},     {"line", std::move(line)}};
}

/// What the functions have in whole stacks, for each name on the page; after all names are added.
Json totals_json(StackTree& tree, const PageNames& names) {
    Json weight = Json::array(), self = weight;
    for (std::uint32_t id = 0; id < names.size(); ++id) {
        const std::uint32_t function = tree.names.intern(names[id]).value;
        const FunctionTotals totals = function < tree.functions.size() ? tree.functions[function] : FunctionTotals{};
        weight.push_back(totals.weight);
        self.push_back(totals.self);
    }
    return {{"weight", std::move(weight)}, {"self", std::move(self)}};
}

Json stacks_json(const StackTree& tree, PageNames& names) {
    Json name = Json::array(), parent = name, weight = name, self = name;
    for (const StackFrame& frame : tree.frames) {
        name.push_back(names.add(tree.names[frame.name]));
        parent.push_back(frame.parent);
        weight.push_back(frame.weight);
        self.push_back(frame.self);
    }
    return {
        {"name", std::move(name)}, {"parent", std::move(parent)},         {"weight", std::move(weight)},
        {"self", std::move(self)}, {"hidden_weight", tree.hidden_weight}, {"negative_samples", tree.negative_samples}};
}

Json document(const EdgeReport& report, std::optional<StackTree> stacks, const HtmlLimits& limits) {
    const EdgeProfile& profile = *report.profile;
    const std::size_t shown = std::min({report.shown, limits.edges, profile.edges.size()});
    PageNames names(limits);
    Json edges = edges_json(profile, shown, names);
    Json frames = stacks ? stacks_json(*stacks, names) : Json();
    Json totals = stacks ? totals_json(*stacks, names) : Json();
    const bool ignored = profile.ignored != SilentlyIgnored::no;
    return {
        {"schema", "pgoprof.pgo-report.html/1"},
        {"file", escape_line(report.file)},
        {"sample_type", report.sample_type ? Json(escape_line(*report.sample_type)) : Json()},
        {"ignored", ignored ? Json(reason(profile.ignored)) : Json()},
        {"total_weight", profile.total_weight},
        {"edge_count", profile.edges.size()},
        {"hot_edge_count", report.hot.edge_count},
        {"threshold_percent", report.hot.threshold_percent},
        {"names", names.to_json()},
        {"edges", std::move(edges)},
        {"stacks", std::move(frames)},
        {"totals", std::move(totals)},
    };
}

std::string replace_each(std::string_view text, char from, std::string_view to) {
    std::string replaced;
    replaced.reserve(text.size());
    for (const char c : text) {
        if (c == from) {
            replaced += to;
        } else {
            replaced += c;
        }
    }
    return replaced;
}

/// JSON that no HTML parser mistakes for markup. In JSON a '<' stands in strings only.
std::string embedded(const Json& data) { return replace_each(data.dump(), '<', "\\u003c"); }

std::string html_text(std::string_view text) { return replace_each(replace_each(text, '&', "&amp;"), '<', "&lt;"); }

}  // namespace

Result<std::string> html_report(const EdgeReport& report, const RawProfile* profile, const HtmlLimits& limits) {
    std::optional<StackTree> stacks;
    const auto column = profile == nullptr ? std::nullopt : chosen_sample_type(*profile);
    if (column && profile->sample_count() > 0) {
        auto built = build_stack_tree(*profile, *column, limits.stacks);
        if (!built) return std::unexpected(std::move(built.error()));
        stacks = std::move(*built);
    }
    std::string page(kHtmlPage.until_title);
    page += html_text(escape_line(report.file));
    page += kHtmlPage.until_data;
    page += embedded(document(report, std::move(stacks), limits));
    page += kHtmlPage.rest;
    return page;
}

}  // namespace pgoprof
