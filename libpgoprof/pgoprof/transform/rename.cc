#include "pgoprof/transform/rename.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "pgoprof/transform/call_edges.h"
#include "pgoprof/transform/no_inline.h"
#include "pgoprof/transform/raw_view.h"
#include "pgoprof/transform/symbol_name.h"

namespace pgoprof {
namespace {

std::string_view directory(std::string_view file) {
    const std::size_t slash = file.rfind('/');
    return slash == file.npos ? std::string_view() : file.substr(0, slash);
}

/// What the functions of a profile tell of each other, under the names that they have so far.
class FunctionContext {
public:
    FunctionContext(const Profile& profile, const std::vector<std::string>& names) : profile_(profile) {
        for (std::size_t i = 0; i < names.size(); ++i) {
            const std::string_view name = std::string_view(names[i]).substr(no_inline_bytes(names[i]));
            names_.emplace(name);
            learn_directory(profile.functions[i], name);
        }
    }
    FunctionContext(const FunctionContext&) = delete;
    FunctionContext& operator=(const FunctionContext&) = delete;

    NamedFunction describe(const Function& function, std::string_view name) const {
        NamedFunction described{.name = name, .package_of_file = {}, .is_known = &is_known_};
        const auto found = packages_.find(directory(profile_.strings[function.filename]));
        if (found != packages_.end()) described.package_of_file = found->second;
        return described;
    }

private:
    /// Closures may be of functions that other packages declare: what else is in a file is of its package.
    void learn_directory(const Function& function, std::string_view name) {
        const std::string_view folder = directory(profile_.strings[function.filename]);
        if (folder.empty() || packages_.contains(folder)) return;
        const SymbolName symbol = parse_symbol_name(name);
        if (symbol.parts.empty() || symbol.parts.size() > 2 || names_closure(symbol.parts.back().name)) return;
        packages_.emplace(folder, symbol.package);
    }

    const Profile& profile_;
    std::unordered_set<std::string> names_;
    std::map<std::string, std::string, std::less<>> packages_;  ///< by directory
    std::function<bool(std::string_view)> is_known_ = [this](std::string_view name) {
        return names_.contains(std::string(name));
    };
};

std::vector<std::string> names_of(const Profile& profile, StringId Function::* which) {
    std::vector<std::string> names;
    names.reserve(profile.functions.size());
    for (const Function& function : profile.functions) names.emplace_back(profile.strings[function.*which]);
    return names;
}

/// Which steps changed a name: bits by position would limit their number.
using TouchedBy = std::unordered_map<std::string, std::set<std::size_t>>;

/// Adds up the weight of the edges at each end of which a step was at work.
void weigh(const Result<EdgeProfile>& edges, const TouchedBy& touched, RenameReport& report) {
    if (!edges) return;
    report.total_weight = edges->total_weight;
    const auto steps_of = [&](StringId name) {
        const auto found = touched.find(std::string(edges->names[name]));
        return found == touched.end() ? nullptr : &found->second;
    };
    for (const CallEdge& edge : edges->edges) {
        std::set<std::size_t> steps;
        for (const StringId end : {edge.caller, edge.callee}) {
            if (const auto* of_end = steps_of(end)) steps.insert(of_end->begin(), of_end->end());
        }
        for (const std::size_t step : steps) report.effects[step].edge_weight += edge.weight;
    }
}

/// Names that are new to some function, and were several.
std::vector<std::string> find_joined(const std::vector<std::string>& old_names,
                                     const std::vector<std::string>& new_names) {
    std::map<std::string_view, std::set<std::string_view>> sources;
    for (std::size_t i = 0; i < old_names.size(); ++i) sources[new_names[i]].insert(old_names[i]);
    std::vector<std::string> joined;
    for (const auto& [name, old] : sources) {
        if (old.size() > 1) joined.emplace_back(name);
    }
    return joined;
}

bool renames_identifier(const RenameRule& rule, const Profile& profile) {
    const std::vector<std::string> names = names_of(profile, &Function::name);
    const FunctionContext context(profile, names);
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (rule.apply(context.describe(profile.functions[i], names[i]), RenameKind::identifier)) return true;
    }
    return false;
}

}  // namespace

Result<RenameStep> rename_step(const RenameRule& rule, const Profile& profile) {
    RenameKind kind = rule.can_be(RenameKind::identifier) ? RenameKind::identifier : RenameKind::package;
    if (rule.can_be(RenameKind::package) && kind == RenameKind::identifier) {
        const bool moves = std::ranges::any_of(profile.functions, [&](const Function& function) {
            return rule.apply({.name = profile.strings[function.name]}, RenameKind::package).has_value();
        });
        if (moves && renames_identifier(rule, profile)) {
            return fail(
                ErrorCode::usage,
                fmt::format("{}: the profile has both a package and a name in a package of that kind", rule.text()),
                "for a package, write a dot of its last element as %2e, as the linker does");
        }
        if (moves) kind = RenameKind::package;
    }
    return RenameStep{rule.text(), [rule, kind](const NamedFunction& function) { return rule.apply(function, kind); }};
}

RenameReport rename_functions(Profile& profile, std::span<const RenameStep> steps) {
    RenameReport report;
    for (const RenameStep& step : steps) report.effects.push_back({.text = step.text});
    const std::vector<std::string> old_names = names_of(profile, &Function::name);
    std::vector<std::string> names = old_names;
    std::vector<std::string> system_names = names_of(profile, &Function::system_name);
    TouchedBy touched;
    std::optional<FunctionContext> context;  // of the names as they are
    for (std::size_t step = 0; step < steps.size(); ++step) {
        if (!context) context.emplace(profile, names);
        std::vector<std::pair<std::size_t, std::string>> renamed;
        for (std::size_t i = 0; i < names.size(); ++i) {
            const Function& function = profile.functions[i];
            auto name = steps[step].apply(context->describe(function, names[i]));
            if (system_names[i] == names[i]) {
                if (name) system_names[i] = *name;
            } else if (auto system_name = steps[step].apply(context->describe(function, system_names[i]))) {
                system_names[i] = std::move(*system_name);
            }
            if (!name || *name == names[i]) continue;
            renamed.emplace_back(i, std::move(*name));
            if (touched[old_names[i]].insert(step).second) ++report.effects[step].functions;
        }
        for (auto& [i, name] : renamed) names[i] = std::move(name);
        if (!renamed.empty()) context.reset();
    }
    weigh(build_call_edges(raw_view(profile)), touched, report);
    report.joined = find_joined(old_names, names);
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i].empty() && report.emptied.empty()) report.emptied = old_names[i];
        profile.functions[i].name = profile.strings.intern(names[i]);
        profile.functions[i].system_name = profile.strings.intern(system_names[i]);
    }
    return report;
}

}  // namespace pgoprof
