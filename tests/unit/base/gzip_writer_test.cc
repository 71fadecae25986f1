#include "pgoprof/base/gzip_writer.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "pgoprof/base/gzip.h"

using namespace pgoprof;

namespace {

std::string digits(std::size_t size) {
    std::mt19937 random(1);
    std::string text(size, '\0');
    for (char& c : text) c = static_cast<char>('0' + random() % 10);
    return text;
}

std::string compressed(std::string_view text, unsigned threads, std::size_t piece,
                       Compression compression = Compression::quick) {
    std::string out;
    GzipWriter writer(threads, compression, [&](ByteView bytes) {
        out += as_text(bytes);
        return Result<>();
    });
    for (; text.size() > piece; text.remove_prefix(piece)) REQUIRE(writer.write(as_bytes(text.substr(0, piece))));
    REQUIRE(writer.write(as_bytes(text)));
    REQUIRE(writer.finish());
    return out;
}

}  // namespace

TEST_CASE("A compressed stream is the same whatever the pieces and the threads, and inflates to what it was") {
    static constexpr std::size_t kBlock = std::size_t{2} << 20;
    const auto size = GENERATE(std::size_t{0}, std::size_t{1}, kBlock - 1, kBlock, kBlock + 1, 3 * kBlock + 5);
    const std::string text = digits(size);
    const std::string whole = compressed(text, 0, size + 1);
    CHECK(compressed(text, 1, 100'000) == whole);
    CHECK(compressed(text, 3, kBlock) == whole);

    const std::string smaller = compressed(text, 2, kBlock, Compression::thorough);
    CHECK((size < 2 || smaller.size() < whole.size()));
    for (const std::string& zipped : {whole, smaller}) {
        Budget budget(kGiB);
        Buffer inflated;
        REQUIRE(gunzip(as_bytes(zipped), budget, inflated));
        CHECK(inflated.text() == text);
    }
}

TEST_CASE("The first failed write ends a compressed stream") {
    int calls = 0;
    GzipWriter writer(2, Compression::quick, [&](ByteView) -> Result<> {
        ++calls;
        return fail(ErrorCode::io_failure, "disk full");
    });
    const std::string text = digits(20'000'000);
    const auto written = writer.write(as_bytes(text));
    REQUIRE_FALSE(written);
    CHECK(written.error().message == "disk full");
    CHECK_FALSE(writer.write(as_bytes(text)));
    CHECK_FALSE(writer.finish());
    CHECK(calls == 1);
}
