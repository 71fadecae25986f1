#include <catch2/catch.hpp>

#include "pgoprof/transform/call_sites.h"
#include "pgoprof/transform/edge_groups.h"
#include "pgoprof/transform/edge_pairs.h"
#include "pgoprof/transform/function_views.h"
#include "support/edges.h"

using namespace pgoprof;
using pgoprof::testing::edge_profile;

namespace {

EdgeProfile example() {
    return edge_profile({
        {"a/x.f", "b/y.g", 1, 60},
        {"a/x.f", "b/y.h", 1, 20},
        {"a/x.f", "b/y.g", 2, 10},
        {"b/y.g", "b/y.h", 4, 9},
        {"aeshash", "b/y.h", 0, 1},
    });
}

std::string_view callee(const EdgeProfile& profile, std::uint32_t position) {
    return profile.names[profile.edges[position].callee];
}

}  // namespace

TEST_CASE("Groups add up their edges, and those of them that are hot") {
    const EdgeProfile profile = example();
    const HotSet hot = hot_set(profile, 85.0);
    REQUIRE(hot.edge_count == 3);
    SECTION("by caller") {
        const auto groups = group_edges(profile, hot, GroupBy::caller);
        REQUIRE(groups.size() == 3);
        CHECK(groups[0].name == "a/x.f");
        CHECK(groups[0].weight == 90);
        CHECK(groups[0].hot_weight == 90);
        CHECK(groups[0].edges == 3);
        CHECK(groups[1].name == "b/y.g");
        CHECK(groups[1].hot_edges == 0);
    }
    SECTION("by callee") {
        const auto groups = group_edges(profile, hot, GroupBy::callee);
        REQUIRE(groups.size() == 2);
        CHECK(groups[0].name == "b/y.g");
        CHECK(groups[0].weight == 70);
        CHECK(groups[1].weight == 30);
        CHECK(groups[1].hot_weight == 20);
        CHECK(groups[1].hot_edges == 1);
    }
    SECTION("by package of the caller") {
        const auto groups = group_edges(profile, hot, GroupBy::package);
        REQUIRE(groups.size() == 3);
        CHECK(groups[0].name == "a/x");
        CHECK(groups[1].name == "b/y");
        CHECK(groups[2].name.empty());
        CHECK(groups[2].weight == 1);
    }
    SECTION("nothing has no groups") { CHECK(group_edges({}, {}, GroupBy::callee).empty()); }
}

TEST_CASE("A call site is hot if one of its edges is, and devirtualization prefers the heaviest") {
    const EdgeProfile profile = example();
    const CallSites sites = call_sites(profile, hot_set(profile, 50.0));
    REQUIRE(sites.sites.size() == 4);
    const CallSite& first = sites.sites[0];
    CHECK(first.weight == 80);
    CHECK(first.hot);
    REQUIRE(sites.edges_of(first).size() == 2);
    CHECK(callee(profile, sites.edges_of(first)[0]) == "b/y.g");
    CHECK(callee(profile, sites.edges_of(first)[1]) == "b/y.h");
    CHECK(sites.sites[1].weight == 10);
    CHECK_FALSE(sites.sites[1].hot);
}

TEST_CASE("Of callees of one weight the first by name is preferred, in whatever order a file has them") {
    EdgeProfile profile = edge_profile({{"f", "b", 1, 5}, {"f", "a", 1, 5}, {"f", "c", 1, 7}});
    std::ranges::reverse(profile.edges);
    const CallSites sites = call_sites(profile, {});
    REQUIRE(sites.sites.size() == 1);
    const auto edges = sites.edges_of(sites.sites[0]);
    CHECK(callee(profile, edges[0]) == "c");
    CHECK(callee(profile, edges[1]) == "a");
    CHECK(callee(profile, edges[2]) == "b");
}

TEST_CASE("Pairs put edges of two profiles together by names and offset") {
    const auto a = edge_profile({{"f", "g", 1, 60}, {"f", "h", 2, 40}});
    const auto b = edge_profile({{"x", "y", 1, 60}, {"f", "h", 2, 40}, {"f", "g", 2, 1}});
    const auto pairs = pair_edges(a, b);
    REQUIRE(pairs.size() == 4);
    CHECK(pairs[0].in_a == 0u);
    CHECK_FALSE(pairs[0].in_b);
    CHECK(pairs[1].in_a == 1u);
    CHECK(pairs[1].in_b == 1u);
    CHECK(pairs[2].in_b == 0u);
    CHECK(pairs[3].in_b == 2u);
    CHECK_FALSE(pairs[3].in_a);
}

TEST_CASE("A function's neighbours are added up over call sites") {
    const EdgeProfile profile = example();
    StackGraph stacks;
    stacks.names.intern("b/y.g");
    stacks.names.intern("z.z");
    stacks.functions = {{StringId{1}, 3, 70}, {StringId{2}, 0, 70}};
    stacks.calls = {{1, 0, 65}};
    const auto views =
        function_views(profile, hot_set(profile, 50.0), &stacks, [](auto name) { return name == "b/y.g"; });
    REQUIRE(views.size() == 1);
    CHECK(views[0].called == 70);
    CHECK(views[0].calling == 9);
    CHECK(views[0].flat == 3);
    CHECK(views[0].cumulative == 70);
    REQUIRE(views[0].callers.size() == 2);
    CHECK(views[0].callers[0].name == "a/x.f");
    CHECK(views[0].callers[0].edge_weight == 70);
    CHECK(views[0].callers[0].hot);
    CHECK(views[0].callers[0].stack_weight == 0);
    CHECK(views[0].callers[1].name == "z.z");
    CHECK(views[0].callers[1].stack_weight == 65);
    REQUIRE(views[0].callees.size() == 1);
    CHECK(views[0].callees[0].edge_weight == 9);
    CHECK_FALSE(views[0].callees[0].hot);
}

TEST_CASE("A function that calls itself is its own caller and callee") {
    const auto profile = edge_profile({{"f", "f", 1, 5}});
    const auto views = function_views(profile, hot_set(profile), nullptr, [](auto) { return true; });
    REQUIRE(views.size() == 1);
    CHECK(views[0].called == 5);
    CHECK(views[0].calling == 5);
    CHECK(views[0].callers.size() == 1);
    CHECK(views[0].callees.size() == 1);
}
