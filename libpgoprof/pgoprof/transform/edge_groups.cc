#include "pgoprof/transform/edge_groups.h"

#include <algorithm>
#include <optional>

#include "pgoprof/base/checked.h"
#include "pgoprof/transform/function_name.h"

namespace pgoprof {
namespace {

/// Gives each edge the position of its group.
class Grouping {
public:
    Grouping(const StringTable& functions, GroupBy by) : functions_(functions), by_(by), groups_(functions.size()) {}

    std::uint32_t group_of(const CallEdge& edge) {
        const StringId function = by_ == GroupBy::callee ? edge.callee : edge.caller;
        auto& group = groups_[function.value];
        if (!group) group = names_.intern(name(function)).value;
        return *group;
    }

    const StringTable& names() const { return names_; }

private:
    std::string name(StringId function) const {
        const std::string_view text = functions_[function];
        return by_ == GroupBy::package ? package_of(text) : std::string(text);
    }

    const StringTable& functions_;
    GroupBy by_;
    std::vector<std::optional<std::uint32_t>> groups_;  ///< by the function's id
    StringTable names_;
};

}  // namespace

std::vector<EdgeGroup> group_edges(const EdgeProfile& profile, const HotSet& hot, GroupBy by) {
    Grouping grouping(profile.names, by);
    std::vector<EdgeGroup> groups;
    for (std::size_t i = 0; i < profile.edges.size(); ++i) {
        const std::uint32_t position = grouping.group_of(profile.edges[i]);
        if (position >= groups.size()) groups.resize(position + 1);
        EdgeGroup& group = groups[position];
        const std::int64_t weight = profile.edges[i].weight;
        group.weight = add_wrapping(group.weight, weight);
        ++group.edges;
        if (i >= hot.edge_count) continue;
        group.hot_weight = add_wrapping(group.hot_weight, weight);
        ++group.hot_edges;
    }
    for (std::uint32_t i = 0; i < groups.size(); ++i) groups[i].name = grouping.names()[StringId{i}];
    std::erase_if(groups, [](const EdgeGroup& group) { return group.edges == 0; });  // the empty name, maybe
    std::ranges::sort(groups, [](const EdgeGroup& a, const EdgeGroup& b) {
        return a.weight != b.weight ? a.weight > b.weight : a.name < b.name;
    });
    return groups;
}

}  // namespace pgoprof
