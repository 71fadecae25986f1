#include "support/exercise.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "pgoprof/codec/pprof.h"
#include "pgoprof/codec/preprofile.h"
#include "pgoprof/lint/lint.h"
#include "pgoprof/load.h"
#include "pgoprof/model/invariants.h"
#include "pgoprof/report/html_report.h"
#include "pgoprof/transform/call_edges.h"
#include "pgoprof/transform/compact.h"
#include "pgoprof/transform/hot_set.h"
#include "pgoprof/transform/intern.h"
#include "pgoprof/transform/mapping_key.h"

namespace pgoprof::testing {
namespace {

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

void require_clean(const Error& error) {
    require(!error.message.empty() && error.message.find('\n') == error.message.npos, "an error has one line of text");
    require(error.input == "input", "an error names its input");
    require(error.offset.has_value() && !error.rule.empty(), "an error has an offset and a rule");
}

void exercise_edges(const EdgeProfile& edges) {
    require(hot_set(edges).edge_count <= edges.edges.size(), "the hot set is a part of the edges");
    require(edges.ignored == SilentlyIgnored::no || edges.edges.empty(), "an ignored profile has no edges");
}

void exercise_page(const EdgeProfile& edges, const RawProfile& raw) {
    const EdgeReport report{.file = "input", .profile = &edges, .hot = hot_set(edges), .shown = edges.edges.size()};
    const auto page = html_report(report, &raw);
    require(page.has_value() || !page.error().rule.empty(), "what has edges has a page");
}

bool has_mapping_twice(const RawProfile& raw) {
    for (std::size_t i = 0; i < raw.mappings.size(); ++i) {
        const auto same = [&](const RawMapping& other) {
            return mapping_key(raw, other) == mapping_key(raw, raw.mappings[i]);
        };
        if (std::any_of(raw.mappings.begin(), raw.mappings.begin() + static_cast<std::ptrdiff_t>(i), same)) return true;
    }
    return false;
}

/// As the output of preprofile, or why there is none.
std::string describe(const Result<EdgeProfile>& edges) {
    return edges ? std::string(encode_preprofile(*edges).text()) : edges.error().message;
}

/// Where it must change no edge: two mappings that a merge makes one change addresses, and sums that cancel out or
/// overflow depend on addresses.
void exercise_compact(const RawProfile& raw, const Result<EdgeProfile>& edges) {
    const bool negative = std::ranges::any_of(raw.values, [](std::int64_t value) { return value < 0; });
    if (negative || has_mapping_twice(raw)) return;
    Compactor compactor;
    const RawProfile& compact = compactor.compact(raw);
    require(require_invariants(compact).has_value(), "a compact profile is sound");
    const auto compact_edges = build_call_edges(compact);
    if (!compact_edges && compact_edges.error().code == ErrorCode::overflow) return;
    require(describe(compact_edges) == describe(edges), "a compact profile has the same edges");
}

/// Whether the Go compiler would use the profile.
bool exercise_profile(const RawProfile& raw) {
    const Profile profile = intern(raw);
    const Buffer encoded = encode_pprof(profile);
    Loader loader(Limits{.budget_base = kGiB});
    const auto again = loader.load_bytes(encoded.view(), "encoded");
    require(again.has_value(), "what we encode loads");
    require(intern(*std::get<const RawProfile*>(*again)) == profile, "decode(encode(p)) == p");
    const auto edges = build_call_edges(raw);
    if (edges) exercise_edges(*edges);
    if (edges) exercise_page(*edges, raw);
    exercise_compact(raw, edges);
    return edges && edges->ignored == SilentlyIgnored::no;
}

/// What cannot be used, or what the Go compiler would refuse or ignore, is an error to pgo-lint.
void exercise_lint(ByteView stored, bool usable) {
    Loader loader({}, Validation::skip);
    const auto content = loader.load_bytes(stored, "input");
    LintInput input{.inflated_bytes = loader.inflated_bytes()};
    if (!content) {
        input.load_error = &content.error();
    } else if (const auto* edges = std::get_if<const EdgeProfile*>(&*content)) {
        input.edges = *edges;
    } else {
        input.profile = std::get<const RawProfile*>(*content);
    }
    const auto findings = lint(input);
    require(usable || count(findings, Severity::error) > 0, "lint finds an error in what cannot be used");
}

}  // namespace

bool exercise(ByteView stored) {
    Loader loader;
    const auto content = loader.load_bytes(stored, "input");
    bool usable = false;
    if (!content) {
        require_clean(content.error());
    } else if (const auto* edges = std::get_if<const EdgeProfile*>(&*content)) {
        exercise_edges(**edges);
    } else if (loader.inflated_bytes() != 0) {
        usable = exercise_profile(*std::get<const RawProfile*>(*content));
    }
    exercise_lint(stored, usable);
    return content.has_value();
}

}  // namespace pgoprof::testing
