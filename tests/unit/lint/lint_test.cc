#include "pgoprof/lint/lint.h"

#include <catch2/catch.hpp>
#include <limits>
#include <set>

#include "pgoprof/codec/pprof.h"
#include "pgoprof/load.h"
#include "pgoprof/model/invariants.h"
#include "profile.pb.h"

using namespace pgoprof;

namespace {

/// main.main calls main.leaf, with these values in one sample each.
std::string encode(std::initializer_list<std::int64_t> values) {
    perftools::profiles::Profile profile;
    for (const char* text : {"", "samples", "count", "main.leaf", "main.main"}) profile.add_string_table(text);
    auto* type = profile.add_sample_type();
    type->set_type(1);
    type->set_unit(2);
    for (const std::uint64_t id : {1u, 2u}) {
        auto* function = profile.add_function();
        function->set_id(id);
        function->set_name(static_cast<std::int64_t>(id) + 2);
        function->set_start_line(10);
        auto* location = profile.add_location();
        location->set_id(id);
        location->set_address(id);
        auto* line = location->add_line();
        line->set_function_id(id);
        line->set_line(13);
    }
    for (const std::int64_t value : values) {
        auto* sample = profile.add_sample();
        sample->add_location_id(1);
        sample->add_location_id(2);
        sample->add_value(value);
    }
    return profile.SerializeAsString();
}

std::vector<Finding> lint_message(const std::string& message, const LintOptions& options = {}) {
    const Limits limits;
    Budget budget(limits.decode_budget(message.size()));
    RawProfile raw;
    REQUIRE(decode_pprof(as_bytes(message), limits, budget, raw));
    return lint({.profile = &raw, .inflated_bytes = message.size()}, options);
}

std::vector<std::string_view> ids(const std::vector<Finding>& findings) {
    std::vector<std::string_view> result;
    for (const Finding& finding : findings) result.push_back(finding.rule->id);
    return result;
}

using Ids = std::vector<std::string_view>;

std::vector<std::string> described(const std::vector<Finding>& findings) {
    std::vector<std::string> lines;
    for (const Finding& finding : findings) {
        const std::string offset = finding.offset ? std::to_string(finding.offset->value) : "";
        lines.push_back(std::string(finding.rule->id) + " " + finding.message + " " + offset + " " +
                        std::to_string(finding.more));
    }
    return lines;
}

/// A profile of many thousand samples, of which every so many-th refers to a location that is not there; none for 0.
std::string many_samples(int every) {
    perftools::profiles::Profile profile;
    REQUIRE(profile.ParseFromString(encode({1})));
    const auto sample = profile.sample(0);
    for (int i = 1; i < 5000; ++i) {
        auto* added = profile.add_sample();
        *added = sample;
        added->set_value(0, i % 10 == 0 ? -1 : i);
        if (every != 0 && i % every == 0) added->set_location_id(1, 99);
        added->add_label()->set_key(i % 3);
    }
    return profile.SerializeAsString();
}

}  // namespace

TEST_CASE("The rule table is in the order of ids and begins with the invariants") {
    const auto rules = lint_rules();
    REQUIRE(rules.size() > invariant_infos().size());
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        CAPTURE(rules[i].id);
        CHECK((i == 0 || rules[i - 1].id < rules[i].id));
        CHECK(names.insert(rules[i].name).second);
        CHECK_FALSE(rules[i].summary.empty());
        if (i < invariant_infos().size()) CHECK(rules[i].id == invariant_infos()[i].id);
    }
}

TEST_CASE("Each rule has an explanation, and holds for some Go") {
    for (const LintRule& rule : lint_rules()) {
        CAPTURE(rule.id);
        CHECK(rule.explanation.size() > 100);
        CHECK(rule.explanation.ends_with('.'));
        CHECK(rule.since >= kFirstGoWithPgo);
        CHECK(rule.since <= kNewestKnownGo);
        // Errors are what Go does not use, and what only we refuse: of the invariants alone.
        if (rule.severity == Severity::error && rule.id >= "PGO2") CHECK(rule.go != GoVerdict::uses);
        CHECK(find_lint_rule(rule.id) == &rule);
        CHECK(find_lint_rule(rule.name) == &rule);
    }
    CHECK(find_lint_rule("PGO999") == nullptr);
    CHECK(find_lint_rule("") == nullptr);
    CHECK(find_lint_rule("pgo204") == find_lint_rule("PGO204"));
    CHECK(find_lint_rule("No-Samples") == find_lint_rule("PGO204"));
}

TEST_CASE("Levels change a rule's severity or silence it") {
    const std::string message = encode({5, -5});
    LintOptions options;
    for (const LintRule& rule : lint_rules()) options.levels.emplace_back(rule.severity);
    const auto level_of = [&](std::string_view id) -> std::optional<Severity>& {
        return options.levels[static_cast<std::size_t>(find_lint_rule(id) - lint_rules().data())];
    };
    CHECK(ids(lint_message(message, options)) == Ids{"PGO202"});
    level_of("PGO202") = Severity::info;
    REQUIRE(ids(lint_message(message, options)) == Ids{"PGO202"});
    CHECK(lint_message(message, options)[0].severity == Severity::info);
    level_of("PGO202") = std::nullopt;
    CHECK(lint_message(message, options).empty());
}

TEST_CASE("A profile that is not sound is judged no further, though the rule that says so is silent") {
    perftools::profiles::Profile profile;
    REQUIRE(profile.ParseFromString(encode({1000})));
    profile.mutable_sample(0)->set_location_id(0, 99);
    LintOptions options;
    for (const LintRule& rule : lint_rules()) {
        options.levels.push_back(rule.id == "PGO123" ? std::nullopt : std::optional(rule.severity));
    }
    CHECK(lint_message(profile.SerializeAsString(), options).empty());
}

TEST_CASE("What a compact merge would make of a profile is asked only where the finding says so") {
    const std::string message = encode({1000});
    const Limits limits;
    Budget budget(limits.decode_budget(message.size()));
    RawProfile raw;
    REQUIRE(decode_pprof(as_bytes(message), limits, budget, raw));
    int asked = 0;
    const LintInput input{
        .profile = &raw, .inflated_bytes = message.size(), .stored_bytes = message.size(), .compact_bytes = [&] {
            ++asked;
            return std::optional<std::uint64_t>(77);
        }};
    CHECK(ids(lint(input, {.max_size = message.size()})) == Ids{"PGO401", "PGO402"});
    CHECK(asked == 0);
    const auto findings = lint(input, {.max_size = message.size() - 1});
    REQUIRE(ids(findings) == Ids{"PGO401", "PGO402", "PGO406"});
    CHECK(findings[2].message.ends_with("pgo-merge --compact would make 77 B of it"));
    CHECK(asked == 1);
}

TEST_CASE("An empty file and a message without a string table are told apart") {
    const RawProfile nothing;
    CHECK(ids(lint({.profile = &nothing, .inflated_bytes = 0})) == Ids{"PGO203"});
    CHECK(ids(lint({.profile = &nothing, .inflated_bytes = 2})).front() == "PGO112");
}

TEST_CASE("Warnings are for profiles that Go uses") {
    CHECK(ids(lint_message(encode({1000}))) == Ids{"PGO401", "PGO402"});
    CHECK(ids(lint_message(encode({}))) == Ids{"PGO204"});
    CHECK(ids(lint_message(encode({5, -5}))) == Ids{"PGO202"});  // no frame is left to have a start line
}

TEST_CASE("Weights that overflow are an error, under the invariant's id") {
    CHECK(ids(lint_message(encode({std::numeric_limits<std::int64_t>::max(), 1}))) == Ids{"PGO126"});
}

TEST_CASE("Errors of loading become findings, under a rule even if they name none") {
    const Error truncated{.message = "cut", .offset = Offset{7}, .rule = "PGO102"};
    const auto findings = lint({.load_error = &truncated});
    REQUIRE(ids(findings) == Ids{"PGO102"});
    CHECK(findings[0].message == "cut");
    CHECK(findings[0].offset == Offset{7});
    const Error too_large{.code = ErrorCode::limit_exceeded, .message = "too large"};
    CHECK(ids(lint({.load_error = &too_large})) == Ids{"PGO106"});
    const Error unnamed{.message = "what is this"};
    CHECK(ids(lint({.load_error = &unnamed})) == Ids{"PGO107"});
}

TEST_CASE("Findings of one rule are listed up to a number and counted beyond") {
    const std::string message = encode(std::initializer_list<std::int64_t>{1});
    perftools::profiles::Profile profile;
    REQUIRE(profile.ParseFromString(message));
    for (int i = 0; i < 100; ++i) {
        auto* sample = profile.add_sample();
        sample->add_location_id(99);  // and no value: Go does not follow it
    }
    const auto findings = lint_message(profile.SerializeAsString());
    REQUIRE(findings.size() == 2 * kListedPerRule);
    CHECK(findings[kListedPerRule - 1].rule->id == "PGO115");
    CHECK(findings[kListedPerRule - 1].more == 90);
    CHECK(findings.back().rule->id == "PGO129");
    CHECK(findings.back().more == 90);
    CHECK(count(findings, Severity::error) == 200);
    CHECK(count(findings, Severity::warning) == 0);
}

TEST_CASE("Samples that come in batches are judged as those that come at once") {
    // Faults are spread over the batches.
    for (const int every : {0, 7, 1000}) {
        const std::string message = many_samples(every);
        Loader whole({}, Validation::skip);
        Loader batches({}, Validation::skip, Samples::in_batches);
        const auto judge = [&](Loader& loader) {
            const auto content = loader.load_bytes(as_bytes(message), "input");
            REQUIRE(content);
            return lint({.profile = std::get<const RawProfile*>(*content),
                         .samples = [&](const VisitSamples& visit) { return loader.walk_samples(visit, 2); },
                         .inflated_bytes = loader.inflated_bytes()});
        };
        const auto expected = described(judge(whole));
        CHECK_FALSE(expected.empty());
        CHECK(described(judge(batches)) == expected);
    }
}

TEST_CASE("A fault of the wire format in the last sample is all there is to say") {
    const std::string message = encode({1000}) + "\x12\x02\x0a\x05";  // a sample whose stack is cut short
    Loader batches({}, Validation::skip, Samples::in_batches);
    const auto content = batches.load_bytes(as_bytes(message), "input");
    REQUIRE(content);
    const auto findings = lint({.profile = std::get<const RawProfile*>(*content),
                                .samples = [&](const VisitSamples& visit) { return batches.walk_samples(visit); },
                                .inflated_bytes = batches.inflated_bytes()});
    CHECK(ids(findings) == Ids{"PGO108"});
}
