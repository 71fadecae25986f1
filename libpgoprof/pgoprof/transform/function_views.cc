#include "pgoprof/transform/function_views.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <unordered_map>

#include "pgoprof/base/checked.h"
#include "pgoprof/base/hash.h"

namespace pgoprof {
namespace {

/// Names are a profile's: whoever wrote it must not know where they fall.
struct NameHash {
    std::size_t operator()(std::string_view name) const { return hash_bytes(name); }
};

template <typename Value>
using ByName = std::unordered_map<std::string_view, Value, NameHash>;

/// A function that is looked at, and its neighbours in the making.
struct Subject {
    FunctionView view;
    ByName<std::size_t> callers{};  ///< positions in `view.callers`
    ByName<std::size_t> callees{};
};

Neighbour& neighbour(std::vector<Neighbour>& all, ByName<std::size_t>& positions, std::string_view name) {
    const auto [entry, is_new] = positions.try_emplace(name, all.size());
    if (is_new) all.push_back({.name = name});
    return all[entry->second];
}

class Views {
public:
    explicit Views(const std::function<bool(std::string_view)>& selected) : selected_(selected) {}

    void add_edge(const EdgeProfile& profile, const CallEdge& edge, bool hot) {
        const auto caller = profile.names[edge.caller];
        const auto callee = profile.names[edge.callee];
        const auto add = [&](Neighbour& to) {
            to.edge_weight = add_wrapping(to.edge_weight, edge.weight);
            to.hot = to.hot || hot;
        };
        if (Subject* subject = find(caller)) {
            subject->view.calling = add_wrapping(subject->view.calling, edge.weight);
            add(neighbour(subject->view.callees, subject->callees, callee));
        }
        if (Subject* subject = find(callee)) {
            subject->view.called = add_wrapping(subject->view.called, edge.weight);
            add(neighbour(subject->view.callers, subject->callers, caller));
        }
    }

    void add_stacks(const StackGraph& stacks) {
        for (const StackFunction& function : stacks.functions) {
            if (Subject* subject = find(stacks.names[function.name])) {
                subject->view.flat = function.flat;
                subject->view.cumulative = function.cumulative;
            }
        }
        for (const StackCall& call : stacks.calls) {
            const auto caller = stacks.names[stacks.functions[call.caller].name];
            const auto callee = stacks.names[stacks.functions[call.callee].name];
            if (Subject* subject = find(caller)) {
                neighbour(subject->view.callees, subject->callees, callee).stack_weight = call.weight;
            }
            if (Subject* subject = find(callee)) {
                neighbour(subject->view.callers, subject->callers, caller).stack_weight = call.weight;
            }
        }
    }

    std::vector<FunctionView> take() && {
        std::vector<FunctionView> views;
        views.reserve(subjects_.size());
        for (Subject& subject : subjects_) views.push_back(std::move(subject.view));
        for (FunctionView& view : views) {
            sort(view.callers);
            sort(view.callees);
        }
        std::ranges::sort(views, [](const FunctionView& a, const FunctionView& b) {
            return weight(a) != weight(b) ? weight(a) > weight(b) : a.name < b.name;
        });
        return views;
    }

private:
    /// Null unless selected. The pattern is asked once a name.
    Subject* find(std::string_view name) {
        const auto [entry, is_new] = positions_.try_emplace(name);
        if (is_new && selected_(name)) {
            entry->second = subjects_.size();
            subjects_.push_back({.view = {.name = name}});
        }
        return entry->second ? &subjects_[*entry->second] : nullptr;
    }

    static std::int64_t weight(const FunctionView& view) {
        return std::max({view.called, view.calling, view.cumulative});
    }

    static void sort(std::vector<Neighbour>& neighbours) {
        std::ranges::sort(neighbours, [](const Neighbour& a, const Neighbour& b) {
            return std::tie(b.edge_weight, b.stack_weight, a.name) < std::tie(a.edge_weight, a.stack_weight, b.name);
        });
    }

    const std::function<bool(std::string_view)>& selected_;
    ByName<std::optional<std::size_t>> positions_;
    std::vector<Subject> subjects_;
};

}  // namespace

std::vector<FunctionView> function_views(const EdgeProfile& profile, const HotSet& hot, const StackGraph* stacks,
                                         const std::function<bool(std::string_view)>& selected) {
    Views views(selected);
    for (std::size_t i = 0; i < profile.edges.size(); ++i) {
        views.add_edge(profile, profile.edges[i], i < hot.edge_count);
    }
    if (stacks != nullptr) views.add_stacks(*stacks);
    return std::move(views).take();
}

}  // namespace pgoprof
