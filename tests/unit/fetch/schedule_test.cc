#include "pgoprof/fetch/schedule.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>

using namespace pgoprof;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> fleet(int size) {
    std::vector<std::string> names;
    for (int i = 0; i < size; ++i) names.push_back("http://server-" + std::to_string(i) + ":6060");
    return names;
}

std::vector<std::string_view> views(const std::vector<std::string>& names) { return {names.begin(), names.end()}; }

std::vector<std::string> chosen(std::uint64_t seed, std::uint64_t round, const std::vector<std::string>& names,
                                const Sampling& sampling = {}) {
    std::vector<std::string> result;
    for (const auto i : Schedule(seed).order(round, views(names), sampling)) result.push_back(names[i]);
    return result;
}

}  // namespace

TEST_CASE("a sample is a number of sources, or a part of them") {
    CHECK(Sampling{}.of(7) == 7);
    CHECK(Sampling{.count = 3}.of(7) == 3);
    CHECK(Sampling{.count = 9}.of(7) == 7);
    CHECK(Sampling{.fraction = 0.1}.of(30) == 3);
    CHECK(Sampling{.fraction = 0.1}.of(31) == 4);
    CHECK(Sampling{.fraction = 0.001}.of(3) == 1);
    CHECK(Sampling{.fraction = 0.5}.of(0) == 0);
}

TEST_CASE("every source is asked once, in another order each round") {
    const auto names = fleet(100);
    std::set<std::vector<std::string>> orders;
    for (std::uint64_t round = 1; round <= 20; ++round) {
        auto order = chosen(1, round, names);
        orders.insert(order);
        std::ranges::sort(order);
        auto all = names;
        std::ranges::sort(all);
        CHECK(order == all);
    }
    CHECK(orders.size() == 20);
    CHECK(chosen(1, 1, names) != chosen(2, 1, names));
}

TEST_CASE("the same seed makes the same choices, whatever the order of the names") {
    auto names = fleet(50);
    const auto first = chosen(7, 3, names, {.count = 10});
    std::ranges::reverse(names);
    CHECK(chosen(7, 3, names, {.count = 10}) == first);
}

TEST_CASE("a source that comes or goes leaves the others' lots alone") {
    const auto names = fleet(50);
    const auto before = chosen(7, 3, names);
    for (std::size_t gone = 0; gone < names.size(); ++gone) {
        auto rest = names;
        rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(gone));
        auto expected = before;
        std::erase(expected, names[gone]);
        CHECK(chosen(7, 3, rest) == expected);
    }
}

TEST_CASE("samples are fair") {
    const auto names = fleet(20);
    std::map<std::string, int> drawn;
    for (std::uint64_t round = 1; round <= 1000; ++round) {
        for (const auto& name : chosen(5, round, names, {.fraction = 0.25})) ++drawn[name];
    }
    for (const auto& [name, times] : drawn) CHECK(std::abs(times - 250) < 80);  // 6 standard deviations
    CHECK(drawn.size() == 20);
}

TEST_CASE("captures begin within the spread, all over it") {
    const Schedule schedule(3);
    CHECK(schedule.delay(1, "a", 0ms) == 0ms);
    std::int64_t sum = 0;
    for (const auto& name : fleet(1000)) {
        const auto delay = schedule.delay(1, name, 60'000ms);
        CHECK((delay >= 0ms && delay < 60'000ms));
        CHECK(delay == schedule.delay(1, name, 60'000ms));
        sum += delay.count();
    }
    CHECK(sum / 1000 == Approx(30'000).margin(3'300));
}

TEST_CASE("chance is from 0 to 1, and another one each time") {
    const Schedule schedule(3);
    std::set<double> drawn;
    for (std::uint64_t attempts = 1; attempts <= 1000; ++attempts) drawn.insert(schedule.wait(1, "a", attempts));
    CHECK(drawn.size() == 1000);
    CHECK((*drawn.begin() >= 0 && *drawn.rbegin() < 1));
}
