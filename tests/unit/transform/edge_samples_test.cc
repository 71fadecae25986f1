#include "pgoprof/transform/edge_samples.h"

#include <catch2/catch.hpp>
#include <limits>
#include <string>

#include "pgoprof/codec/pprof.h"
#include "pgoprof/codec/preprofile.h"
#include "pgoprof/transform/call_edges.h"
#include "support/edges.h"
#include "support/raw.h"
#include "support/testdata.h"

using namespace pgoprof;
using namespace pgoprof::testing;

TEST_CASE("A profile made of edges has these edges, byte for byte") {
    std::string long_name(60'000, 'x');
    const EdgeProfile edges = edge_profile({{"main.f", "main.g", 3, 10},
                                            {"main.f", "main.g", -7, 10},
                                            {"main.f", "main.f", 0, 5},
                                            {"main.g", "main.f", 0, 5},
                                            {"main.f", "", 1, 4},
                                            {"", "main.f", 2, 4},
                                            {"main.\xff;", long_name, 1 << 30, 3},
                                            {"main.f", "main.h", -1, -2}});
    const auto profile = edge_samples(edges);
    REQUIRE(profile);
    const Raw raw(std::string(encode_pprof(*profile).text()));
    const auto again = build_call_edges(*raw);
    REQUIRE(again);
    CHECK(encode_preprofile(*again).text() == encode_preprofile(edges).text());
}

TEST_CASE("Offsets that leave no room for a line are refused") {
    CHECK_FALSE(edge_samples(edge_profile({{"f", "g", std::numeric_limits<std::int64_t>::max(), 1}})));
    CHECK(edge_samples(edge_profile({{"f", "g", std::numeric_limits<std::int64_t>::min(), 1}})));
}
