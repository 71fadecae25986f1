#include "pgoprof/input_source.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace pgoprof;

namespace {

Sha256 digest_of(const std::string& text) { return sha256(as_bytes(text)); }

/// Names of the inputs that a source gives and that are its run's; "!" before those that fail.
std::vector<std::string> outcomes(FileSource source) {
    std::vector<std::string> names;
    StoredInput input;
    while (*source.take(input)) {
        const auto wanted = source.read(input);
        if (!wanted) names.push_back("!" + input.name);
        if (wanted && *wanted) names.push_back(input.name);
    }
    return names;
}

}  // namespace

TEST_CASE("Every digest is in exactly one shard, and one of the shards is chosen by its first eight bytes") {
    for (int i = 0; i < 100; ++i) {
        const Sha256 digest = digest_of(std::to_string(i));
        for (const std::uint64_t count : {1U, 2U, 7U, 1000U}) {
            std::uint64_t shards = 0;
            for (std::uint64_t number = 1; number <= count; ++number) shards += Shard{number, count}.has(digest);
            CHECK(shards == 1);
        }
    }
    Sha256 digest;
    digest.bytes[6] = 1;
    digest.bytes[7] = 2;
    digest.bytes[8] = 0xff;
    CHECK(Shard{259, 1000}.has(digest));
    CHECK(Shard{~std::uint64_t{0}, ~std::uint64_t{0}}.has(digest) == false);
}

TEST_CASE("Shards are balanced") {
    constexpr std::uint64_t kShards = 8;
    std::vector<int> sizes(kShards);
    for (int i = 0; i < 8000; ++i) {
        for (std::uint64_t s = 0; s < kShards; ++s)
            sizes[s] += Shard{s + 1, kShards}.has(digest_of(std::to_string(i))) ? 1 : 0;
    }
    for (const int size : sizes) {
        CHECK(size > 850);
        CHECK(size < 1150);
    }
}

TEST_CASE("What cannot be read fails in one shard: its listed digest's, or its path's") {
    std::vector<InputFile> files{{.path = "/nowhere/a"}, {.path = "/nowhere/b"}, {.path = "/nowhere/c"}};
    files.push_back({.path = "/nowhere/listed", .sha256 = digest_of("content")});
    std::vector<std::string> all;
    for (std::uint64_t number = 1; number <= 3; ++number) {
        const auto names = outcomes(FileSource(files, {.shard = Shard{number, 3}}));
        all.insert(all.end(), names.begin(), names.end());
        const bool listed = std::ranges::find(names, "!/nowhere/listed") != names.end();
        CHECK(listed == Shard{number, 3}.has(digest_of("content")));
    }
    std::ranges::sort(all);
    CHECK(all == std::vector<std::string>{"!/nowhere/a", "!/nowhere/b", "!/nowhere/c", "!/nowhere/listed"});
    CHECK(outcomes(FileSource(files, {})).size() == 4);
}

TEST_CASE("A digest is computed where it is needed") {
    const Sha256 empty = sha256({});
    for (const bool listed : {false, true}) {
        for (const Digests digests : {Digests::where_needed, Digests::always}) {
            std::vector<InputFile> files{{.path = "/dev/null"}};
            if (listed) files[0].sha256 = empty;
            FileSource source(files, {.digests = digests});
            StoredInput input;
            input.sha256 = digest_of("left over");
            REQUIRE(*source.take(input));
            REQUIRE(*source.read(input));
            CHECK(input.sha256.has_value() == (listed || digests == Digests::always));
            if (input.sha256) CHECK(*input.sha256 == empty);
        }
    }
    const std::vector<InputFile> changed{{.path = "/dev/null", .sha256 = digest_of("other")}};
    CHECK(outcomes(FileSource(changed, {})) == std::vector<std::string>{"!/dev/null"});
}
