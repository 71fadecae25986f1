// The verdicts themselves are compared with Go's in tests/oracle/test_gzip.py; here: faults, offsets, and the budget.
#include "pgoprof/base/gzip.h"

#include <catch2/catch.hpp>
#include <string>

using namespace pgoprof;

namespace {

Buffer concatenate(ByteView a, ByteView b) {
    Buffer both;
    both.append(a);
    both.append(b);
    return both;
}

/// Compressible, but not trivially so.
std::string sample_text(std::size_t size) {
    std::string text;
    for (std::size_t i = 0; text.size() < size; ++i) text += std::to_string(i * i % 9973) + ' ';
    text.resize(size);
    return text;
}

GzipFailure failure_of(ByteView data, std::uint64_t allowed = kMiB) {
    Budget budget(allowed);
    Buffer out;
    const auto result = gunzip(data, budget, out);
    REQUIRE_FALSE(result);
    CHECK(budget.left() == allowed);
    return result.error();
}

constexpr std::uint64_t kHeader = 10;
constexpr std::uint64_t kTrailer = 8;

}  // namespace

TEST_CASE("What gzip writes, gunzip reads") {
    const auto level = GENERATE(0, 1, 6, 12);
    const auto size = GENERATE(0u, 1u, 1000u, 300'000u);
    const std::string text = sample_text(size);
    const Buffer zipped = gzip(as_bytes(text), level);
    CHECK(looks_gzipped(zipped.view()));
    CHECK(gzip(as_bytes(text), level).text() == zipped.text());

    Budget budget(kMiB);
    Buffer out;
    REQUIRE(gunzip(zipped.view(), budget, out));
    CHECK(out.text() == text);
    CHECK(budget.left() == kMiB - size);
}

TEST_CASE("Only the magic makes a file gzip") {
    CHECK(looks_gzipped(as_bytes("\x1f\x8b")));
    CHECK_FALSE(looks_gzipped(as_bytes("\x1f")));
    CHECK_FALSE(looks_gzipped(as_bytes("\x1e\x8b")));
    CHECK_FALSE(looks_gzipped({}));
}

TEST_CASE("Members are concatenated") {
    const Buffer first = gzip(as_bytes(sample_text(5000)));
    const Buffer second = gzip(as_bytes("tail"));
    const Buffer both = concatenate(first.view(), second.view());
    Budget budget(kMiB);
    Buffer out;
    REQUIRE(gunzip(both.view(), budget, out));
    CHECK(out.text() == sample_text(5000) + "tail");
}

TEST_CASE("A fault says what is wrong and where") {
    const Buffer whole = gzip(as_bytes(sample_text(5000)));
    const std::uint64_t trailer_at = whole.size() - kTrailer;
    const auto changed = [&](std::uint64_t at) {
        Buffer copy = concatenate(whole.view(), {});
        copy.data()[at] ^= std::byte{0x55};
        return copy;
    };
    const auto check = [](const GzipFailure& failure, GzipFault fault, std::uint64_t offset) {
        CHECK(failure.fault == fault);
        CHECK(failure.offset == offset);
    };

    check(failure_of({}), GzipFault::truncated, 0);
    check(failure_of(as_bytes("\x1f\x8b")), GzipFault::truncated, 2);
    check(failure_of(as_bytes("PK")), GzipFault::bad_header, 0);
    check(failure_of(changed(2).view()), GzipFault::bad_header, 0);
    check(failure_of(changed(trailer_at).view()), GzipFault::bad_checksum, trailer_at);
    check(failure_of(changed(trailer_at + 4).view()), GzipFault::bad_checksum, trailer_at);
    check(failure_of(whole.view().first(trailer_at - 1)), GzipFault::truncated, trailer_at - 1);
    check(failure_of(whole.view().first(trailer_at + 3)), GzipFault::truncated, trailer_at + 3);

    Buffer reserved_block = concatenate(whole.view(), {});
    reserved_block.data()[kHeader] |= std::byte{6};
    check(failure_of(reserved_block.view()), GzipFault::corrupt, kHeader);

    const std::string nul(1, '\0');
    check(failure_of(concatenate(whole.view(), as_bytes(nul)).view()), GzipFault::trailing_data, whole.size());
    check(failure_of(concatenate(whole.view(), whole.view().first(5)).view()), GzipFault::truncated, whole.size() + 5);
}

TEST_CASE("The budget is the limit, whatever the trailer claims and whatever is allocated already") {
    const std::string zeros(1'000'000, '\0');
    const Buffer bomb = gzip(as_bytes(zeros));
    const Buffer two = concatenate(bomb.view(), gzip(as_bytes("x")).view());  // the last size misleads

    Buffer out;
    if (GENERATE(false, true)) out.reserve(4 * kMiB);
    for (const Buffer* data : {&bomb, &two}) {
        const std::uint64_t needed = zeros.size() + (data == &two ? 1 : 0);
        Budget exact(needed);
        REQUIRE(gunzip(data->view(), exact, out));
        CHECK(out.size() == needed);
        CHECK(exact.left() == 0);

        Budget short_by_one(needed - 1);
        const auto refused = gunzip(data->view(), short_by_one, out);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().fault == GzipFault::too_large);
        CHECK(short_by_one.left() == needed - 1);
    }
}

TEST_CASE("Memory grows no further than the budget allows") {
    const Buffer bomb = gzip(as_bytes(std::string(50'000'000, '\0')));
    Budget budget(kMiB);
    Buffer out;
    REQUIRE_FALSE(gunzip(bomb.view(), budget, out));
    CHECK(out.capacity() <= kMiB);
}

TEST_CASE("A false size in the trailer costs no more than deflate could fill") {
    Buffer liar = gzip(as_bytes("small"));
    for (std::size_t i = 1; i <= 4; ++i) liar.data()[liar.size() - i] = std::byte{0xff};
    Budget budget(kGiB);
    Buffer out;
    REQUIRE_FALSE(gunzip(liar.view(), budget, out));
    CHECK(out.capacity() <= 64 * kKiB);
}
