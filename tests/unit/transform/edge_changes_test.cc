#include "pgoprof/transform/edge_changes.h"

#include <catch2/catch.hpp>

#include "support/edges.h"

using namespace pgoprof;
using pgoprof::testing::edge_profile;

TEST_CASE("The rank correlation is Spearman's, with mean ranks for ties") {
    CHECK(*rank_correlation({1, 2, 3, 4}, {10, 20, 30, 40}) == Approx(1.0));
    CHECK(*rank_correlation({1, 2, 3, 4}, {9, 7, 5, 1}) == Approx(-1.0));
    // The example of Wikipedia's article: IQ and hours of television.
    CHECK(*rank_correlation({106, 100, 86, 101, 99, 103, 97, 113, 112, 110}, {7, 27, 2, 50, 28, 29, 20, 12, 6, 17}) ==
          Approx(-29.0 / 165));
    // Ranks 1.5 1.5 3 4 and 1 2.5 2.5 4: Pearson's correlation of these.
    CHECK(*rank_correlation({5, 5, 6, 7}, {0, 1, 1, 2}) == Approx(0.8333333));
    SECTION("there is none without two ranks") {
        CHECK_FALSE(rank_correlation({}, {}));
        CHECK_FALSE(rank_correlation({1}, {1}));
        CHECK_FALSE(rank_correlation({1, 1}, {1, 2}));
    }
}

TEST_CASE("A profile does not differ from itself") {
    const auto profile = edge_profile({{"f", "g", 1, 600}, {"f", "h", 2, 390}, {"f", "i", 3, 10}});
    const EdgeChanges changes = compare_edges({&profile}, {&profile});
    CHECK(changes.overlap == 1.0);
    CHECK(changes.weight_moved == 0.0);
    CHECK(changes.entered() == 0);
    CHECK(changes.left() == 0);
    CHECK(*changes.rank_correlation == Approx(1.0));
    CHECK_FALSE(changes.beyond_noise());
}

TEST_CASE("What moved, entered and left") {
    const auto before = edge_profile({{"f", "g", 1, 5000}, {"f", "h", 2, 4950}, {"f", "i", 3, 50}});
    const auto after = edge_profile({{"f", "i", 3, 3000}, {"f", "g", 1, 6980}, {"f", "j", 4, 20}});
    const EdgeChanges changes = compare_edges({&before}, {&after});
    REQUIRE(changes.changes.size() == 3);
    CHECK(changes.changes[0].moved() == Approx(-49.5));
    CHECK(changes.changes[0].was_hot);
    CHECK_FALSE(changes.changes[0].edge.in_b);
    CHECK(changes.changes[1].moved() == Approx(29.5));
    CHECK(changes.changes[1].is_hot);
    CHECK_FALSE(changes.changes[1].was_hot);
    CHECK(changes.entered() == 1);
    CHECK(changes.left() == 1);
    CHECK(changes.weight_moved == Approx(0.495));
    CHECK(changes.overlap == Approx(5000.0 / 9950));
    CHECK(changes.beyond_noise());
    SECTION("which few samples cannot tell") {
        const EdgeChanges of_few = compare_edges({&before, 2500}, {&after, 2500});
        CHECK_FALSE(of_few.beyond_noise());
    }
}

TEST_CASE("Empty profiles can be compared") {
    const auto profile = edge_profile({{"f", "g", 1, 5000}});
    CHECK(compare_edges({&profile}, {&profile}).overlap == 1.0);
    const EdgeProfile empty;
    CHECK(compare_edges({&empty}, {&empty}).overlap == 1.0);
    const EdgeChanges gone = compare_edges({&profile}, {&empty});
    CHECK(gone.overlap == 0.0);
    CHECK(gone.left() == 1);
    CHECK(gone.weight_moved == Approx(0.5));
    CHECK_FALSE(gone.rank_correlation);
}
