#include "pgoprof/io/frames.h"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

#include "pgoprof/base/limits.h"
#include "support/wire_builder.h"

using namespace pgoprof;
using pgoprof::testing::wire_varint;

namespace {

constexpr std::uint64_t kMost = 1 << 20;

std::string frame(const std::string& content) { return wire_varint(content.size()) + content; }

struct Frames {
    std::vector<std::string> contents;
    Error error;  ///< what ended them; its message is empty if nothing did
};

/// Reads `stream` from a pipe into which it is written in pieces of `piece` bytes.
Frames read_frames(const std::string& stream, std::size_t piece = 1 << 16, std::uint64_t most = kMost) {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const std::jthread writer([&stream, piece, end = ends[1]] {
        for (std::size_t at = 0; at < stream.size(); at += piece) {
            if (::write(end, stream.data() + at, std::min(piece, stream.size() - at)) < 0) break;
        }
        ::close(end);
    });
    Frames frames;
    FrameReader reader(ends[0], most);
    Buffer buffer;
    for (;;) {
        const auto more = reader.next(buffer);
        if (!more) frames.error = more.error();
        if (!more || !*more) break;
        frames.contents.emplace_back(buffer.text());
    }
    while (::read(ends[0], buffer.data(), buffer.capacity()) > 0) {  // lets the writer end
    }
    ::close(ends[0]);
    return frames;
}

}  // namespace

TEST_CASE("Frames come one by one, however the stream is cut into reads") {
    const std::vector<std::string> contents{
        "a", "", std::string(127, 'b'), std::string(128, 'c'), std::string(200'000, 'd'), std::string(16384, 'e')};
    std::string stream;
    for (const std::string& content : contents) stream += frame(content);
    for (const std::size_t piece : {1U, 2U, 3U, 1000U, 65536U, 1U << 20}) {
        const Frames frames = read_frames(stream, piece);
        CHECK(frames.error.message.empty());
        CHECK(frames.contents == contents);
    }
    CHECK(read_frames("").contents.empty());
    CHECK(read_frames(std::string("\x82\x80\x00"
                                  "ab",
                                  5))
              .contents == std::vector<std::string>{"ab"});
}

TEST_CASE("Every proper prefix of a frame is an error, at the offset where the stream or the length breaks off") {
    const std::string first = frame("first");
    const std::string second = frame(std::string(300, 'x'));
    for (std::size_t size = 1; size < second.size(); ++size) {
        const Frames frames = read_frames(first + second.substr(0, size));
        CHECK(frames.contents == std::vector<std::string>{"first"});
        REQUIRE_FALSE(frames.error.message.empty());
        CHECK(frames.error.code == ErrorCode::invalid_content);
        CHECK(frames.error.offset == Offset{first.size() + (size < 2 ? 0 : size), OffsetSpace::stored});
    }
}

TEST_CASE("A length is judged before anything is read for it") {
    const std::string first = frame("first");
    for (const std::uint64_t length : {kMost + 1, std::uint64_t{1} << 32, ~std::uint64_t{0}}) {
        const Frames frames = read_frames(first + wire_varint(length) + "more");
        CHECK(frames.contents.size() == 1);
        CHECK(frames.error.code == ErrorCode::limit_exceeded);
        CHECK(frames.error.offset == Offset{first.size(), OffsetSpace::stored});
    }
    CHECK(read_frames(frame(std::string(kMost, 'x'))).contents.size() == 1);
    const Frames endless = read_frames(std::string(11, '\xff'));
    CHECK(endless.error.code == ErrorCode::invalid_content);
    CHECK(endless.error.offset == Offset{0, OffsetSpace::stored});
}

TEST_CASE("A claimed length allocates nothing") {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const std::string stream = wire_varint(kGiB) + "few";
    REQUIRE(::write(ends[1], stream.data(), stream.size()) == static_cast<ssize_t>(stream.size()));
    ::close(ends[1]);
    FrameReader reader(ends[0], kGiB);
    Buffer buffer;
    CHECK_FALSE(reader.next(buffer));
    CHECK(buffer.capacity() < 64);
    ::close(ends[0]);
}

TEST_CASE("A stream that cannot be read is an io_failure") {
    FrameReader reader(-1, kMost);
    Buffer buffer;
    const auto result = reader.next(buffer);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::io_failure);
}
