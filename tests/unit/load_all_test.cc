#include "pgoprof/load_all.h"

#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>
#include <vector>

using namespace pgoprof;

namespace {

std::vector<std::string> missing_files(std::size_t count) {
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < count; ++i) paths.push_back("/nonexistent/" + std::to_string(i));
    return paths;
}

}  // namespace

TEST_CASE("Every input is visited once, in order, with any number of threads") {
    const auto paths = missing_files(200);
    for (const unsigned threads : {0U, 1U, 2U, 7U, 300U}) {
        std::size_t next = 0;
        load_all(paths, Limits{}, threads, [&](std::size_t index, Result<const RawProfile*> profile) {
            REQUIRE(index == next++);
            REQUIRE_FALSE(profile);
            REQUIRE(profile.error().input == paths[index]);
        });
        CHECK(next == paths.size());
    }
    load_all({}, Limits{}, 4, [](std::size_t, Result<const RawProfile*>) { FAIL("there is nothing to visit"); });
}

TEST_CASE("A visit that throws ends the loading") {
    const auto paths = missing_files(200);
    const auto visit = [](std::size_t index, const Result<const RawProfile*>&) {
        if (index == 5) throw std::runtime_error("enough");
    };
    for (const unsigned threads : {1U, 4U})
        CHECK_THROWS_AS(load_all(paths, Limits{}, threads, visit), std::runtime_error);
}
