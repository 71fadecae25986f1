#include "pgoprof/base/zstd.h"

#include <catch2/catch.hpp>
#include <string>

using namespace pgoprof;

namespace {

// printf '%s' "$(yes frame | head -c 600)" | zstd -19 --no-check, and a second frame of the same behind it.
std::string two_frames() {
    const std::string frame("\x28\xb5\x2f\xfd\x00\x68\x6d\x00\x00\x30\x66\x72\x61\x6d\x65\x0a\x01\x00\x4e\x52\x95\x22",
                            22);
    return frame + frame;
}

std::string expected() {
    std::string text;
    while (text.size() < 599) text += "frame\n";
    text.resize(599);
    return text + text;
}

}  // namespace

TEST_CASE("A zstd stream may be cut anywhere") {
    const std::string stored = two_frames();
    for (std::size_t cut = 0; cut <= stored.size(); ++cut) {
        ZstdReader reader;
        Buffer out;
        REQUIRE(reader.read(as_bytes(std::string_view(stored).substr(0, cut)), 1 << 20, out));
        REQUIRE(reader.read(as_bytes(std::string_view(stored).substr(cut)), 1 << 20, out));
        CHECK(out.text() == expected());
    }
}

TEST_CASE("A zstd stream does not outgrow its limit") {
    ZstdReader reader;
    Buffer out;
    const Result<> read = reader.read(as_bytes(two_frames()), 700, out);
    REQUIRE(!read);
    CHECK(read.error().code == ErrorCode::limit_exceeded);
    CHECK(out.size() <= 700);
}

TEST_CASE("A broken zstd stream is an error") {
    ZstdReader reader;
    Buffer out;
    const Result<> read = reader.read(as_bytes("this is no zstd stream"), 1 << 20, out);
    REQUIRE(!read);
    CHECK(read.error().code == ErrorCode::invalid_content);
}
