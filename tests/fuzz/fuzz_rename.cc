// Any rules of renaming, on any names: rules, a line each, an empty line, and functions, a line each.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "pgoprof/base/bytes.h"
#include "pgoprof/model/profile_builder.h"
#include "pgoprof/transform/anonymize.h"
#include "pgoprof/transform/call_edges.h"
#include "pgoprof/transform/no_inline.h"
#include "pgoprof/transform/raw_view.h"
#include "pgoprof/transform/rename.h"
#include "pgoprof/transform/symbol_name.h"
#include "pgoprof/transform/tidy.h"
#include "pgoprof/transform/type_text.h"

using namespace pgoprof;

namespace {

using Lines = std::vector<std::string_view>;

constexpr std::size_t kMostRules = 8;
constexpr std::size_t kMostNames = 64;

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

/// The lines up to an empty one, which goes with them; no more than `most`.
Lines take_lines(std::string_view& text, std::size_t most) {
    Lines lines;
    while (!text.empty() && lines.size() < most) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.empty()) break;
        lines.push_back(line);
    }
    return lines;
}

bool is_name(std::string_view name) { return !parse_symbol_name(name).parts.empty(); }

void exercise_name(std::string_view name) {
    const SymbolName symbol = parse_symbol_name(name);
    if (!symbol.parts.empty()) require(to_string(symbol) == name, "a name is the sum of its parts");
    require(unescape_import_path(escape_import_path(name)) == name, "a path comes back from its escapes");
    const auto same = [](std::string_view word, WordRole) { return std::string(word); };
    require(replace_words(name, same) == name, "words that stay leave a type as it is");
}

void exercise_rule(const RenameRule& rule, const Lines& names) {
    const auto again = RenameRule::parse(rule.text());
    require(again && again->text() == rule.text(), "a rule's text is that rule");
    for (const RenameKind kind : {RenameKind::package, RenameKind::identifier}) {
        if (!rule.can_be(kind)) continue;
        for (const std::string_view name : names) {
            const auto renamed = rule.apply({.name = name}, kind);
            require(again->apply({.name = name}, kind) == renamed, "rules of the same text do the same");
            if (!renamed) continue;
            require(*renamed != name, "what stays the same is not renamed");
            if (is_name(name)) require(is_name(*renamed), "a name that is renamed is a name");
        }
    }
}

/// Where each function calls the next from its third line: names alone, and weights, tell the edges apart.
Profile profile_of(const Lines& names) {
    ProfileBuilder builder;
    builder.profile.sample_types.push_back({builder.string("samples"), builder.string("count")});
    std::vector<LocationId> places;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto function = builder.function(names[i], i % 3 == 0 ? "/a/f.go" : "/b/g.go", 1);
        const Line line{.function = function, .line = 3, .column = 0};
        places.push_back(builder.location(kNone<MappingId>, 16 * i + 1, std::span(&line, 1)));
    }
    for (std::size_t i = 0; i + 1 < places.size(); ++i) {
        const std::int64_t weight = std::int64_t{1} << i % 40;
        (void)builder.add_sample(std::span(places).subspan(i, 2), std::span(&weight, 1));
    }
    return std::move(builder.profile);
}

/// All that renaming leaves of the compiler's edges.
std::multiset<std::pair<std::int64_t, std::int64_t>> shape(const Result<EdgeProfile>& edges) {
    std::multiset<std::pair<std::int64_t, std::int64_t>> shape;
    if (!edges) return shape;
    for (const CallEdge& edge : edges->edges) shape.emplace(edge.call_site_offset, edge.weight);
    return shape;
}

std::int64_t total(const Result<EdgeProfile>& edges) { return edges ? edges->total_weight : 0; }

void exercise_steps(const Profile& profile, const std::vector<RenameStep>& steps) {
    Profile renamed = profile;
    const RenameReport report = rename_functions(renamed, steps);
    require(report.effects.size() == steps.size(), "each step has its effect");
    const auto before = build_call_edges(raw_view(profile));
    require(report.total_weight == total(before), "weights are those of the profile");
    for (const RenameEffect& effect : report.effects) {
        require(effect.edge_weight >= 0 && effect.edge_weight <= report.total_weight,
                "a step has a part of the weight");
    }
    const auto tidied = tidy(renamed);
    require(tidied.has_value(), "what is renamed can be tidied");
    const auto after = build_call_edges(raw_view(*tidied));
    if (report.joined.empty()) require(shape(before) == shape(after), "renaming changes names alone");
}

std::size_t distinct_names(const Profile& profile) {
    std::set<std::string_view> names;
    for (const Function& function : profile.functions) names.insert(profile.strings[function.name]);
    return names.size();
}

void exercise_anonymous(const Profile& profile) {
    const auto anonymous = anonymize(profile, as_bytes("a key of thirty-two bytes, or so"));
    require(anonymous.has_value(), "any profile can be anonymous");
    require(anonymize(profile, as_bytes("a key of thirty-two bytes, or so"))->profile == anonymous->profile,
            "a key gives the same names always");
    require(distinct_names(*tidy(profile)) == distinct_names(anonymous->profile), "pseudonyms are one to one");
    require(shape(build_call_edges(raw_view(profile))) == shape(build_call_edges(raw_view(anonymous->profile))),
            "anonymous edges differ in names alone");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), std::min<std::size_t>(size, 64 * 1024));
    const Lines rules = take_lines(text, kMostRules);
    const Lines names = take_lines(text, kMostNames);
    for (const std::string_view name : names) exercise_name(name);
    const Profile profile = profile_of(names);
    std::vector<RenameStep> steps;
    for (const std::string_view line : rules) {
        exercise_name(line);
        steps.push_back(no_inline_step(std::string(line)));
        const auto rule = RenameRule::parse(line);
        if (!rule) continue;
        exercise_rule(*rule, names);
        if (auto step = rename_step(*rule, profile)) steps.push_back(std::move(*step));
    }
    steps.push_back(no_stack_growth_step());
    exercise_steps(profile, steps);
    const RenameStep same{"same", [](const NamedFunction& function) { return std::string(function.name); }};
    Profile unchanged = profile;
    require(rename_functions(unchanged, std::span(&same, 1)).effects[0].functions == 0 && unchanged == profile,
            "who keeps its name is not renamed");
    exercise_anonymous(profile);
    return 0;
}
