#include "support/exercise.h"

#include <cstdio>
#include <cstdlib>

#include "pgoprof/codec/pprof.h"
#include "pgoprof/codec/preprofile.h"
#include "pgoprof/load.h"
#include "pgoprof/transform/call_edges.h"
#include "pgoprof/transform/hot_set.h"
#include "pgoprof/transform/intern.h"

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

void exercise_profile(const RawProfile& raw) {
    const Profile profile = intern(raw);
    const Buffer encoded = encode_pprof(profile);
    Loader loader(Limits{.budget_base = kGiB});
    const auto again = loader.load_bytes(encoded.view(), "encoded");
    require(again.has_value(), "what we encode loads");
    require(intern(*std::get<const RawProfile*>(*again)) == profile, "decode(encode(p)) == p");
    if (const auto edges = build_call_edges(raw)) exercise_edges(*edges);
}

}  // namespace

bool exercise(ByteView stored) {
    Loader loader;
    const auto content = loader.load_bytes(stored, "input");
    if (!content) {
        require_clean(content.error());
    } else if (const auto* edges = std::get_if<const EdgeProfile*>(&*content)) {
        exercise_edges(**edges);
    } else if (loader.inflated_bytes() != 0) {
        exercise_profile(*std::get<const RawProfile*>(*content));
    }
    return content.has_value();
}

}  // namespace pgoprof::testing
