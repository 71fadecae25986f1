#include "pgoprof/lint/lint.h"

#include <algorithm>
#include <tuple>

#include "pgoprof/lint/rules.h"
#include "pgoprof/model/invariants.h"

namespace pgoprof {
namespace {

using detail::CheckedRule;
using detail::Facts;

std::vector<LintRule> make_rules() {
    std::vector<LintRule> rules;
    for (const InvariantInfo& invariant : invariant_infos()) {
        rules.push_back({invariant.id, invariant.name, Severity::error, invariant.summary, {}, kFirstGoWithPgo});
    }
    for (const CheckedRule& checked : detail::checked_rules()) rules.push_back(checked.rule);
    return rules;
}

/// Every refused content has a rule: errors that carry none are about the size of the input.
const LintRule* rule_of(const Error& error) {
    if (const LintRule* rule = find_lint_rule(error.rule)) return rule;
    const bool size = error.code == ErrorCode::limit_exceeded;
    return find_lint_rule(info(size ? Invariant::size_limit : Invariant::not_a_profile).id);
}

/// Collects findings; from a certain number per rule on it only counts.
class Findings {
public:
    void add(const LintRule* rule, std::string message, std::optional<Offset> offset = {}) {
        const auto same = [rule](const Finding& finding) { return finding.rule == rule; };
        if (last_ != rule) listed_ = static_cast<std::uint64_t>(std::ranges::count_if(findings_, same));
        last_ = rule;
        if (listed_ == kListedPerRule) {
            std::ranges::find_if(findings_.rbegin(), findings_.rend(), same)->more++;
            return;
        }
        ++listed_;
        findings_.push_back({rule, rule->severity, std::move(message), offset});
    }

    bool empty() const { return findings_.empty(); }

    std::vector<Finding> take() && {
        std::ranges::sort(findings_, {}, [](const Finding& finding) {
            const std::uint64_t offset = finding.offset ? finding.offset->value : 0;
            return std::tuple(finding.rule, finding.more, offset, std::string_view(finding.message));
        });
        return std::move(findings_);
    }

private:
    std::vector<Finding> findings_;
    const LintRule* last_ = nullptr;
    std::uint64_t listed_ = 0;  // of `last_`
};

void run_checks(const Facts& facts, Findings& findings) {
    for (const CheckedRule& checked : detail::checked_rules()) {
        // Only what Go refuses or ignores is an error; the other rules judge a profile that it uses.
        if (checked.rule.severity != Severity::error && !facts.used()) continue;
        if (auto message = checked.check(facts)) findings.add(find_lint_rule(checked.rule.id), std::move(*message));
    }
}

void check_structure(const RawProfile& raw, Findings& findings) {
    check_invariants(raw, [&](Violation violation) {
        const Error error = to_error(std::move(violation));
        findings.add(rule_of(error), error.message, error.offset);
        return true;
    });
}

void check_meaning(const RawProfile& raw, Findings& findings) {
    const Result<EdgeProfile> edges = build_call_edges(raw);
    Facts facts{.profile = &raw, .column = chosen_sample_type(raw)};
    if (edges) {
        facts.edges = &*edges;
    } else {
        facts.refusal = &edges.error();
    }
    run_checks(facts, findings);
    if (facts.refusal && findings.empty()) findings.add(rule_of(*facts.refusal), facts.refusal->message);
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

std::span<const LintRule> lint_rules() {
    static const std::vector<LintRule> kRules = make_rules();
    return kRules;
}

const LintRule* find_lint_rule(std::string_view id_or_name) {
    const auto rules = lint_rules();
    const auto found = std::ranges::find_if(
        rules, [=](const LintRule& rule) { return rule.id == id_or_name || rule.name == id_or_name; });
    return found == rules.end() ? nullptr : &*found;
}

std::vector<Finding> lint(const LintInput& input, const LintOptions& /*options*/) {
    Findings findings;
    if (input.load_error) {
        findings.add(rule_of(*input.load_error), input.load_error->message, input.load_error->offset);
    } else if (input.edges) {
        run_checks({.edges = input.edges}, findings);
    } else {
        if (input.inflated_bytes != 0) check_structure(*input.profile, findings);
        if (findings.empty()) check_meaning(*input.profile, findings);
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
