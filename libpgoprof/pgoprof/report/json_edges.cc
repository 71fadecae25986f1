// The JSON documents of pgo-report.
#include <algorithm>
#include <span>

#include "pgoprof/base/checked.h"
#include "pgoprof/base/json_text.h"
#include "pgoprof/base/text.h"
#include "pgoprof/report/change_report.h"
#include "pgoprof/report/edge_report.h"
#include "pgoprof/report/edge_views.h"

namespace pgoprof {
namespace {

template <typename Row>
std::span<const Row> first(const std::vector<Row>& rows, std::size_t shown) {
    return std::span(rows).first(std::min(shown, rows.size()));
}

/// What every document begins with.
Json head(const EdgeReport& report, std::string_view view) {
    const EdgeProfile& profile = *report.profile;
    const bool ignored = profile.ignored != SilentlyIgnored::no;
    return {
        {"schema", "pgoprof.pgo-report/1"},
        {"view", view},
        {"file", escape_line(report.file)},
        {"sample_type", report.sample_type ? Json(escape_line(*report.sample_type)) : Json()},
        {"total_weight", profile.total_weight},
        {"edge_count", profile.edges.size()},
        {"hot_edge_count", report.hot.edge_count},
        {"hot_percent", report.hot_percent},
        {"threshold_percent", report.hot.threshold_percent},
        {"ignored", ignored ? Json(reason(profile.ignored)) : Json()},
    };
}

Json document(const EdgeReport& report, std::string_view view, std::string_view key, Json rows) {
    Json json = head(report, view);
    json[std::string(key)] = std::move(rows);
    return json;
}

/// Caller, offset, and where that is.
Json site_json(const EdgeProfile& profile, const CallEdge& edge) {
    const bool known = edge.caller_file != StringId{};
    return {
        {"caller", escape_line(profile.names[edge.caller])},
        {"call_site_offset", edge.call_site_offset},
        {"file", known ? Json(escape_line(profile.names[edge.caller_file])) : Json()},
        {"line", known ? Json(edge.call_line) : Json()},
    };
}

Json edge_json(const EdgeReport& report, std::size_t i, std::int64_t sum) {
    const EdgeProfile& profile = *report.profile;
    const CallEdge& edge = profile.edges[i];
    Json json{
        {"rank", i + 1},
        {"weight", edge.weight},
        {"percent", weight_in_percent(edge.weight, profile.total_weight)},
        {"cumulative_percent", weight_in_percent(sum, profile.total_weight)},
        {"hot", i < report.hot.edge_count},
    };
    json.update(site_json(profile, edge));
    json["callee"] = escape_line(profile.names[edge.callee]);
    return json;
}

std::string_view name(GroupBy by) {
    switch (by) {
        case GroupBy::caller:
            return "caller";
        case GroupBy::callee:
            return "callee";
        case GroupBy::package:
            break;
    }
    return "package";
}

Json group_json(const EdgeGroup& group, std::int64_t total) {
    return {
        {"name", escape_line(group.name)},
        {"weight", group.weight},
        {"percent", weight_in_percent(group.weight, total)},
        {"hot_weight", group.hot_weight},
        {"edges", group.edges},
        {"hot_edges", group.hot_edges},
    };
}

Json callee_json(const CallSiteReport& report, const CallEdge& edge) {
    const std::string_view callee = report.of.profile->names[edge.callee];
    const std::string_view as = devirtualized_as(callee, report.go_version);
    return {
        {"callee", escape_line(callee)},
        {"weight", edge.weight},
        {"devirtualized_as", as.empty() ? Json() : Json(as)},
    };
}

Json call_site_json(const CallSiteReport& report, const CallSite& site) {
    const EdgeProfile& profile = *report.of.profile;
    const auto edges = report.sites.edges_of(site);
    Json callees = Json::array();
    for (const std::uint32_t position : edges.first(std::min(site.count, report.callees_shown))) {
        callees.push_back(callee_json(report, profile.edges[position]));
    }
    Json json{
        {"weight", site.weight},
        {"percent", weight_in_percent(site.weight, profile.total_weight)},
        {"hot", site.hot},
    };
    json.update(site_json(profile, profile.edges[edges[0]]));
    json["callee_count"] = site.count;
    json["callees"] = std::move(callees);
    return json;
}

Json neighbours_json(const FunctionReport& report, const std::vector<Neighbour>& neighbours) {
    Json rows = Json::array();
    for (const Neighbour& neighbour : first(neighbours, report.of.shown)) {
        rows.push_back({
            {"name", escape_line(neighbour.name)},
            {"weight", neighbour.edge_weight},
            {"hot", neighbour.hot},
            {"stack_weight", report.has_stacks ? Json(neighbour.stack_weight) : Json()},
        });
    }
    return rows;
}

Json function_json(const FunctionReport& report, const FunctionView& function) {
    return {
        {"name", escape_line(function.name)},
        {"called_weight", function.called},
        {"calling_weight", function.calling},
        {"flat", report.has_stacks ? Json(function.flat) : Json()},
        {"cumulative", report.has_stacks ? Json(function.cumulative) : Json()},
        {"caller_count", function.callers.size()},
        {"callers", neighbours_json(report, function.callers)},
        {"callee_count", function.callees.size()},
        {"callees", neighbours_json(report, function.callees)},
    };
}

Json change_json(const ChangeReport& report, const EdgeChange& change) {
    const bool is_new = change.edge.in_b.has_value();
    const EdgeProfile& profile = is_new ? *report.new_profile.profile : *report.old_profile.profile;
    const CallEdge& edge = profile.edges[is_new ? *change.edge.in_b : *change.edge.in_a];
    Json json = site_json(profile, edge);
    json["callee"] = escape_line(profile.names[edge.callee]);
    json["base_percent"] = change.old_percent;
    json["percent"] = change.new_percent;
    json["was_hot"] = change.was_hot;
    json["hot"] = change.is_hot;
    return json;
}

Json noise_json(const SamplingNoise& noise) { return {{"low", noise.low}, {"median", noise.median}}; }

}  // namespace

std::string edges_json(const EdgeReport& report) {
    const EdgeProfile& profile = *report.profile;
    Json edges = Json::array();
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < std::min(report.shown, profile.edges.size()); ++i) {
        sum = add_wrapping(sum, profile.edges[i].weight);
        edges.push_back(edge_json(report, i, sum));
    }
    return to_text(document(report, "edges", "edges", std::move(edges)));
}

std::string groups_json(const GroupReport& report) {
    Json groups = Json::array();
    for (const EdgeGroup& group : first(report.groups, report.of.shown)) {
        groups.push_back(group_json(group, report.of.profile->total_weight));
    }
    Json json = head(report.of, "groups");
    json["by"] = name(report.by);
    json["group_count"] = report.groups.size();
    json["groups"] = std::move(groups);
    return to_text(json);
}

std::string call_sites_json(const CallSiteReport& report) {
    Json sites = Json::array();
    for (const CallSite& site : first(report.sites.sites, report.of.shown)) {
        sites.push_back(call_site_json(report, site));
    }
    Json json = head(report.of, "call_sites");
    json["go_version"] = "1." + std::to_string(report.go_version.minor);
    json["call_site_count"] = report.sites.sites.size();
    json["hot_call_site_count"] = std::ranges::count_if(report.sites.sites, &CallSite::hot);
    json["call_sites"] = std::move(sites);
    return to_text(json);
}

std::string functions_json(const FunctionReport& report) {
    Json functions = Json::array();
    for (const FunctionView& function : first(report.functions, report.of.shown)) {
        functions.push_back(function_json(report, function));
    }
    Json json = head(report.of, "functions");
    json["pattern"] = escape_line(report.pattern);
    json["function_count"] = report.functions.size();
    json["functions"] = std::move(functions);
    return to_text(json);
}

std::string changes_json(const ChangeReport& report) {
    const EdgeChanges& changes = report.changes;
    Json listed = Json::array();
    for (const EdgeChange& change : first(changes.changes, report.new_profile.shown)) {
        listed.push_back(change_json(report, change));
    }
    Json json = head(report.new_profile, "changes");
    json["base"] = {{"file", escape_line(report.old_profile.file)},
                    {"total_weight", report.old_profile.profile->total_weight},
                    {"edge_count", report.old_profile.profile->edges.size()},
                    {"hot_edge_count", report.old_profile.hot.edge_count},
                    {"noise", noise_json(changes.old_noise)}};
    json["noise"] = noise_json(changes.new_noise);
    json["overlap"] = changes.overlap;
    json["least_overlap"] = report.least_overlap ? Json(*report.least_overlap) : Json();
    json["beyond_noise"] = changes.beyond_noise();
    json["weight_moved"] = changes.weight_moved;
    json["rank_correlation"] = changes.rank_correlation ? Json(*changes.rank_correlation) : Json();
    json["entered"] = changes.entered();
    json["left"] = changes.left();
    json["change_count"] = changes.changes.size();
    json["changes"] = std::move(listed);
    return to_text(json);
}

}  // namespace pgoprof
