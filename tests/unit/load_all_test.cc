#include "pgoprof/load_all.h"

#include <catch2/catch.hpp>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace pgoprof;

namespace {

std::vector<InputFile> missing_files(std::size_t count) {
    std::vector<InputFile> files;
    for (std::size_t i = 0; i < count; ++i) files.push_back({.path = "/nonexistent/" + std::to_string(i)});
    return files;
}

}  // namespace

TEST_CASE("Every input is visited once, in order, with any number of threads") {
    const auto files = missing_files(200);
    for (const unsigned threads : {0U, 1U, 2U, 7U, 300U}) {
        std::size_t next = 0;
        FileSource source(files, {});
        CHECK(load_all(source, Limits{}, threads, [&](const LoadedInput& input) {
            REQUIRE(input.stored.index == next++);
            REQUIRE_FALSE(input.profile);
            REQUIRE(input.profile.error().input == files[input.stored.index].path);
        }));
        CHECK(next == files.size());
    }
    FileSource none({}, {});
    CHECK(load_all(none, Limits{}, 4, [](const LoadedInput&) { FAIL("there is nothing to visit"); }));
}

TEST_CASE("A visit that throws ends the loading") {
    const auto files = missing_files(200);
    const auto visit = [](const LoadedInput& input) {
        if (input.stored.index == 5) throw std::runtime_error("enough");
    };
    for (const unsigned threads : {1U, 4U}) {
        FileSource source(files, {});
        CHECK_THROWS_AS(load_all(source, Limits{}, threads, visit), std::runtime_error);
    }
}

namespace {

/// Gives `inputs` empty inputs, and then fails or throws.
class FailingSource : public InputSource {
public:
    FailingSource(std::size_t inputs, bool throws) : inputs_(inputs), throws_(throws) {}

    std::optional<std::size_t> size() const override { return std::nullopt; }
    Result<bool> take(StoredInput& input) override {
        input.index = next_++;
        if (next_ <= inputs_) return true;
        if (throws_) throw std::bad_alloc();
        return fail(ErrorCode::io_failure, "cannot be read");
    }
    Result<bool> read(StoredInput& /*input*/) override { return true; }

private:
    std::size_t inputs_;
    bool throws_;
    std::size_t next_ = 0;
};

}  // namespace

TEST_CASE("A source's own failure comes after the inputs before it") {
    for (const unsigned threads : {1U, 2U, 8U}) {
        for (const std::size_t inputs : {0U, 1U, 50U}) {
            FailingSource source(inputs, false);
            std::size_t visited = 0;
            const auto result = load_all(source, Limits{}, threads, [&](const LoadedInput&) { ++visited; });
            REQUIRE_FALSE(result);
            CHECK(result.error().message == "cannot be read");
            CHECK(visited == inputs);
        }
    }
}

TEST_CASE("An exception in a worker comes out of load_all") {
    for (const unsigned threads : {1U, 4U}) {
        FailingSource source(20, true);
        CHECK_THROWS_AS(load_all(source, Limits{}, threads, [](const LoadedInput&) {}), std::bad_alloc);
    }
}
