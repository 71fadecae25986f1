#include "pgoprof/lint/lint.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "pgoprof/lint/rules.h"
#include "pgoprof/model/invariants.h"

namespace pgoprof {
namespace {

using detail::CheckedRule;
using detail::Facts;
using detail::Judges;

GoVerdict verdict_of(GoBehaviour behaviour) {
    switch (behaviour) {
        case GoBehaviour::refuses:
            return GoVerdict::refuses;
        case GoBehaviour::crashes:
            return GoVerdict::crashes;
        case GoBehaviour::accepts:
            break;
    }
    return GoVerdict::uses;
}

std::vector<LintRule> make_rules() {
    std::vector<LintRule> rules;
    for (std::size_t i = 0; i < invariant_infos().size(); ++i) {
        const InvariantInfo& invariant = invariant_infos()[i];
        rules.push_back({.id = invariant.id,
                         .name = invariant.name,
                         .severity = Severity::error,
                         .summary = invariant.summary,
                         .explanation = detail::explain(static_cast<Invariant>(i)),
                         .since = kFirstGoWithPgo,
                         .go = verdict_of(invariant.go)});
    }
    for (const auto checked : {detail::acceptance_rules(), detail::usefulness_rules(), detail::hygiene_rules()}) {
        for (const CheckedRule& row : checked) rules.push_back(row.rule);
    }
    return rules;
}

/// Every refused content has a rule: errors that carry none are about the size of the input.
const LintRule* rule_of(const Error& error) {
    if (const LintRule* rule = find_lint_rule(error.rule)) return rule;
    const bool size = error.code == ErrorCode::limit_exceeded;
    return find_lint_rule(info(size ? Invariant::size_limit : Invariant::not_a_profile).id);
}

/// Collects findings of the rules that the options leave on; from a certain number per rule on it only counts.
class Findings {
public:
    explicit Findings(const LintOptions& options) : options_(options) {}

    /// At what severity findings of the rule are reported, or nullopt if they are not.
    std::optional<Severity> level(const LintRule* rule) const {
        if (rule->since > options_.go_version) return std::nullopt;
        const auto position = static_cast<std::size_t>(rule - lint_rules().data());
        return position < options_.levels.size() ? options_.levels[position] : rule->severity;
    }

    void add(const LintRule* rule, std::string message, std::optional<Offset> offset = {}) {
        const auto severity = level(rule);
        if (!severity) return;
        const auto same = [rule](const Finding& finding) { return finding.rule == rule; };
        if (last_ != rule) listed_ = static_cast<std::uint64_t>(std::ranges::count_if(findings_, same));
        last_ = rule;
        if (listed_ == kListedPerRule) {
            std::ranges::find_if(findings_.rbegin(), findings_.rend(), same)->more++;
            return;
        }
        ++listed_;
        findings_.push_back({rule, *severity, std::move(message), offset});
    }

    void clear() {
        findings_.clear();
        last_ = nullptr;
    }

    std::vector<Finding> take() && {
        std::ranges::sort(findings_, {}, [](const Finding& finding) {
            const std::uint64_t offset = finding.offset ? finding.offset->value : 0;
            return std::tuple(finding.rule, finding.more, offset, std::string_view(finding.message));
        });
        return std::move(findings_);
    }

private:
    const LintOptions& options_;
    std::vector<Finding> findings_;
    const LintRule* last_ = nullptr;
    std::uint64_t listed_ = 0;  // of `last_`
};

void run_checks(std::span<const CheckedRule> rows, const Facts& facts, Findings& findings) {
    for (const CheckedRule& row : rows) {
        if (row.judges == Judges::used_profiles && !facts.used()) continue;
        const LintRule* rule = find_lint_rule(row.rule.id);
        if (!findings.level(rule)) continue;
        if (auto message = row.check(facts)) findings.add(rule, std::move(*message));
    }
}

void run_checks(const Facts& facts, Findings& findings) {
    run_checks(detail::acceptance_rules(), facts, findings);
    run_checks(detail::usefulness_rules(), facts, findings);
    run_checks(detail::hygiene_rules(), facts, findings);
}

/// Adds each violation to `findings`.
auto adding_to(Findings& findings) {
    return [&findings](Violation violation) {
        const Error error = to_error(std::move(violation));
        findings.add(rule_of(error), error.message, error.offset);
        return true;
    };
}

/// What the samples come to.
struct Walked {
    Result<EdgeProfile> edges;
    detail::Survey survey;
};

/// Nothing if they are not sound, which `findings` then say.
std::optional<Walked> walk_samples(const LintInput& input, Findings& findings) {
    const RawProfile& tables = *input.profile;
    bool sound = input.inflated_bytes == 0 || check_tables(tables, adding_to(findings));
    std::optional<EdgeBuilder> edges;
    std::optional<detail::Surveyor> survey;
    if (sound) {
        edges.emplace(tables);
        survey.emplace(tables, chosen_sample_type(tables));
    }
    const auto visit = [&](const RawSamples& batch) {
        sound &= check_samples(tables, batch, adding_to(findings));
        if (!sound) return;
        edges->add(batch);
        survey->add(batch);
    };
    if (!input.samples) {
        visit(tables);
    } else if (const auto walked = input.samples(visit); !walked) {
        findings.clear();  // of a file that cannot be decoded, only that is told
        findings.add(rule_of(walked.error()), walked.error().message, walked.error().offset);
        return std::nullopt;
    }
    if (!sound) return std::nullopt;
    return Walked{edges->finish(), std::move(*survey).finish()};
}

void check_meaning(Facts facts, Walked walked, Findings& findings) {
    facts.column = chosen_sample_type(*facts.profile);
    facts.survey = std::move(walked.survey);
    if (walked.edges) {
        facts.edges = &*walked.edges;
    } else {
        facts.refusal = &walked.edges.error();
        const LintRule* rule = rule_of(*facts.refusal);
        // The rules about acceptance say more of what they are for.
        if (rule->id < "PGO2") findings.add(rule, facts.refusal->message);
    }
    run_checks(facts, findings);
}

bool equal_but_for_case(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

std::string_view name(Severity severity) {
    switch (severity) {
        case Severity::info:
            return "info";
        case Severity::warning:
            return "warning";
        case Severity::error:
            break;
    }
    return "error";
}

std::string_view name(GoVerdict verdict) {
    switch (verdict) {
        case GoVerdict::refuses:
            return "refuses";
        case GoVerdict::crashes:
            return "crashes";
        case GoVerdict::ignores:
            return "ignores";
        case GoVerdict::misreads:
            return "misreads";
        case GoVerdict::uses:
            break;
    }
    return "uses";
}

std::span<const LintRule> lint_rules() {
    static const std::vector<LintRule> kRules = make_rules();
    return kRules;
}

const LintRule* find_lint_rule(std::string_view id_or_name) {
    const auto rules = lint_rules();
    const auto found = std::ranges::find_if(rules, [=](const LintRule& rule) {
        return equal_but_for_case(rule.id, id_or_name) || equal_but_for_case(rule.name, id_or_name);
    });
    return found == rules.end() ? nullptr : &*found;
}

std::vector<Finding> lint(const LintInput& input, const LintOptions& options) {
    Findings findings(options);
    Facts facts{.input = input, .options = options, .profile = input.profile, .edges = input.edges};
    if (input.load_error) {
        findings.add(rule_of(*input.load_error), input.load_error->message, input.load_error->offset);
    } else if (input.edges) {
        run_checks(facts, findings);
    } else if (auto walked = walk_samples(input, findings)) {
        check_meaning(facts, std::move(*walked), findings);
    }
    return std::move(findings).take();
}

std::uint64_t count(std::span<const Finding> findings, Severity severity) {
    std::uint64_t total = 0;
    for (const Finding& finding : findings) {
        if (finding.severity == severity) total += 1 + finding.more;
    }
    return total;
}

}  // namespace pgoprof
