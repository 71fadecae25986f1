// Damaged files either load as something sound or give a clean error; under the sanitizers, too.
#include <catch2/catch.hpp>
#include <string>

#include "pgoprof/base/gzip.h"
#include "support/exercise.h"
#include "support/testdata.h"

using namespace pgoprof;
using namespace pgoprof::testing;

namespace {

constexpr const char* kSmallProfiles[]{"real/block-go1.26.pprof", "real/mutex-go1.26.pprof", "real/idle-go1.26.pprof"};

std::string inflate(const std::string& stored) {
    Budget budget(kGiB);
    Buffer inflated;
    REQUIRE(gunzip(as_bytes(stored), budget, inflated));
    return std::string(inflated.text());
}

/// How many of the single-bit flips of `data` load.
std::size_t flip_each_bit(std::string data) {
    std::size_t loaded = 0;
    for (std::size_t bit = 0; bit < data.size() * 8; ++bit) {
        const auto flip = static_cast<char>(1 << bit % 8);
        data[bit / 8] = static_cast<char>(data[bit / 8] ^ flip);
        loaded += exercise(as_bytes(data));
        data[bit / 8] = static_cast<char>(data[bit / 8] ^ flip);
    }
    return loaded;
}

}  // namespace

TEST_CASE("Every proper prefix of a gzipped profile is refused") {
    for (const char* name : {"real/block-go1.26.pprof", "real/mixed-go1.26.pprof", "real/labels-go1.19.pprof"}) {
        const std::string stored = read_testdata(name);
        INFO(name);
        REQUIRE(exercise(as_bytes(stored)));
        // The empty file is no gzip file at all: the Go compiler takes it for no profile.
        for (std::size_t size = 1; size < stored.size(); ++size) {
            REQUIRE_FALSE(exercise(as_bytes(std::string_view(stored).substr(0, size))));
        }
    }
}

TEST_CASE("Every single-bit flip of a profile loads as something sound or is refused cleanly") {
    for (const char* name : kSmallProfiles) {
        const std::string inflated = inflate(read_testdata(name));
        INFO(name);
        const std::size_t loaded = flip_each_bit(inflated);
        CHECK(loaded > 0);
        CHECK(loaded < inflated.size() * 8);
    }
}

TEST_CASE("A single-bit flip of a gzipped profile loads only if it hits what a gzip reader ignores") {
    for (const char* name : kSmallProfiles) {
        const std::string stored = read_testdata(name);
        INFO(name);
        // Time, flags of the compressor and operating system (48 bits), text and reserved flags (4), the padding before
        // a stored block and after the last (up to 7 each).
        CHECK(flip_each_bit(stored) <= 48 + 4 + 7 + 7);
    }
}

TEST_CASE("Every prefix of an uncompressed profile loads as something sound or is refused cleanly") {
    const std::string inflated = inflate(read_testdata("real/labels-go1.26.pprof"));
    for (std::size_t size = 0; size < inflated.size(); ++size) {
        exercise(as_bytes(std::string_view(inflated).substr(0, size)));
    }
}
