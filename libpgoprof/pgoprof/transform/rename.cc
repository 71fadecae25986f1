#include "pgoprof/transform/rename.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "pgoprof/transform/call_edges.h"
#include "pgoprof/transform/raw_view.h"
#include "pgoprof/transform/symbol_name.h"

namespace pgoprof {
namespace {

std::string_view directory(std::string_view file) {
    const std::size_t slash = file.rfind('/');
    return slash == file.npos ? std::string_view() : file.substr(0, slash);
}

/// What a profile tells of its functions beside their names.
class FunctionContext {
public:
    explicit FunctionContext(const Profile& profile) : profile_(profile) {
        for (const Function& function : profile.functions) {
            names_.emplace(profile.strings[function.name]);
            learn_directory(function);
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
    void learn_directory(const Function& function) {
        const std::string_view folder = directory(profile_.strings[function.filename]);
        if (folder.empty() || packages_.contains(folder)) return;
        const SymbolName name = parse_symbol_name(profile_.strings[function.name]);
        if (name.parts.empty() || name.parts.size() > 2 || names_closure(name.parts.back().name)) return;
        packages_.emplace(folder, name.package);
    }

    const Profile& profile_;
    std::unordered_set<std::string> names_;
    std::map<std::string, std::string, std::less<>> packages_;  ///< by directory
    std::function<bool(std::string_view)> is_known_ = [this](std::string_view name) {
        return names_.contains(std::string(name));
    };
};

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

/// Names that are new, and were several.
std::vector<std::string> find_joined(const std::map<std::string, std::string>& renamed) {
    std::map<std::string_view, std::size_t> sources;
    for (const auto& [old_name, new_name] : renamed) ++sources[new_name];
    std::vector<std::string> joined;
    for (const auto& [name, count] : sources) {
        if (count > 1) joined.emplace_back(name);
    }
    return joined;
}

}  // namespace

Result<RenameStep> rename_step(const RenameRule& rule, const Profile& profile) {
    RenameKind kind = rule.can_be(RenameKind::identifier) ? RenameKind::identifier : RenameKind::package;
    if (rule.can_be(RenameKind::package) && kind == RenameKind::identifier) {
        const FunctionContext context(profile);
        const auto matches = [&](RenameKind as) {
            for (const Function& function : profile.functions) {
                if (rule.apply(context.describe(function, profile.strings[function.name]), as)) return true;
            }
            return false;
        };
        const bool moves = matches(RenameKind::package);
        if (moves && matches(RenameKind::identifier)) {
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
    TouchedBy touched;
    std::map<std::string, std::string> renamed;  // all names, changed or not
    std::vector<Function> functions = profile.functions;
    {
        const Result<EdgeProfile> edges = build_call_edges(raw_view(profile));
        const FunctionContext context(profile);
        std::vector<std::pair<std::string, std::string>> new_names;
        for (const Function& function : profile.functions) {
            const auto rename = [&](StringId id) {
                const std::string old_name(profile.strings[id]);
                std::string name = old_name;
                for (std::size_t i = 0; i < steps.size(); ++i) {
                    auto result = steps[i].apply(context.describe(function, name));
                    if (!result || *result == name) continue;
                    name = std::move(*result);
                    if (touched[old_name].insert(i).second) ++report.effects[i].functions;
                }
                return name;
            };
            const std::string name = rename(function.name);
            renamed.emplace(profile.strings[function.name], name);
            new_names.emplace_back(name, function.system_name == function.name ? name : rename(function.system_name));
        }
        weigh(edges, touched, report);
        report.joined = find_joined(renamed);
        for (std::size_t i = 0; i < functions.size(); ++i) {
            functions[i].name = profile.strings.intern(new_names[i].first);
            functions[i].system_name = profile.strings.intern(new_names[i].second);
        }
    }
    profile.functions = std::move(functions);
    return report;
}

}  // namespace pgoprof
