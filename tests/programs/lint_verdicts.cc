// What lint makes of many inputs, for tests that ask for thousands. stdin: for each input its length (32 bits,
// little-endian) and its bytes; stdout: for each a line, "EDGES RULE:SEVERITY RULE:SEVERITY...", where EDGES is a hash
// (FNV-1a) of what pgo-report --format preprofile would write, or "-" if that refuses the input.
//
// lint_verdicts [go=MINOR] [now=NANOS] [max_age=NANOS] [max_size=BYTES], or, to print the rule table itself, --rules:
// for each rule a line "ID NAME SEVERITY GO MINOR".
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <string_view>

#include "cases.h"
#include "pgoprof/codec/preprofile.h"
#include "pgoprof/lint/lint.h"
#include "pgoprof/load.h"
#include "pgoprof/model/invariants.h"
#include "pgoprof/transform/call_edges.h"

using namespace pgoprof;
using namespace pgoprof::testing;

namespace {

std::string edges_of(const EdgeProfile& edges) {
    return fmt::format("{:016x}", fnv1a(encode_preprofile(edges).view()));
}

/// As pgo-report: only what satisfies the invariants has edges.
std::string edges_of(const RawProfile& raw, bool empty_file) {
    if (!empty_file && !require_invariants(raw)) return "-";
    const auto edges = build_call_edges(raw);
    return edges ? edges_of(*edges) : "-";
}

std::vector<Finding> judge(Loader& loader, ByteView stored, const LintOptions& options) {
    const auto content = loader.load_bytes(stored, "input");
    if (!content) return lint({.load_error = &content.error()}, options);
    LintInput input{.inflated_bytes = loader.inflated_bytes(), .stored_bytes = loader.stored_bytes()};
    if (const auto* preprofiled = std::get_if<const EdgeProfile*>(&*content)) {
        input.edges = *preprofiled;
    } else {
        input.profile = std::get<const RawProfile*>(*content);
        input.samples = [&](const VisitSamples& visit) { return loader.walk_samples(visit); };
    }
    return lint(input, options);
}

std::string edges_of(Loader& loader, ByteView stored) {
    const auto content = loader.load_bytes(stored, "input");
    if (!content) return "-";
    if (const auto* preprofiled = std::get_if<const EdgeProfile*>(&*content)) return edges_of(**preprofiled);
    return edges_of(*std::get<const RawProfile*>(*content), loader.inflated_bytes() == 0);
}

template <typename Number>
void set_option(std::string_view argument, std::string_view name, Number& value) {
    if (!argument.starts_with(name) || argument.substr(name.size(), 1) != "=") return;
    const std::string_view digits = argument.substr(name.size() + 1);
    std::int64_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    value = static_cast<Number>(number);
}

LintOptions options_from(std::span<char*> arguments) {
    std::int64_t minor = kNewestKnownGo.minor, now = 0, max_age = 0, max_size = 0;
    for (const std::string_view argument : arguments) {
        set_option(argument, "go", minor);
        set_option(argument, "now", now);
        set_option(argument, "max_age", max_age);
        set_option(argument, "max_size", max_size);
    }
    LintOptions options{.go_version = {static_cast<int>(minor)}};
    if (now != 0) options.now_nanos = now;
    if (max_age != 0) options.max_age_nanos = max_age;
    if (max_size != 0) options.max_size = static_cast<std::uint64_t>(max_size);
    return options;
}

void print_rules() {
    for (const LintRule& rule : lint_rules()) {
        fmt::print("{} {} {} {} {}\n", rule.id, rule.name, name(rule.severity), name(rule.go), rule.since.minor);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1 && std::string_view(argv[1]) == "--rules") {
        print_rules();
        return 0;
    }
    const LintOptions options = options_from(std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
    Loader whole({}, Validation::skip);
    Loader batches({}, Validation::skip, Samples::in_batches);
    Buffer input;
    while (read_case(input)) {
        fmt::print("{}", edges_of(whole, input.view()));
        const auto findings = judge(batches, input.view(), options);
        for (const Finding& finding : findings) fmt::print(" {}:{}", finding.rule->id, name(finding.severity));
        fmt::print("\n");
    }
}
