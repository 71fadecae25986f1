#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "pgoprof/codec/wire.h"

using namespace pgoprof;

namespace {

constexpr std::size_t kBefore = 20;  // bytes of tags and lengths

void append_varint(std::vector<std::byte>& bytes, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<std::byte>(value | 0x80));
    bytes.push_back(static_cast<std::byte>(value));
}

std::vector<std::uint64_t> read_all(ByteView data) {
    std::vector<std::uint64_t> values;
    WireReader reader(data);
    for (std::uint64_t value; !reader.at_end() && reader.read_varint(value);) values.push_back(value);
    return values;
}

}  // namespace

TEST_CASE("Whether ids are all within a table is told as by reading each") {
    std::mt19937_64 random(7);
    constexpr std::array<std::uint64_t, 14> kMosts{1,     2,     126,   127,       128,         129,     300,
                                                   16382, 16383, 16384, 16384 + 5, 16384 + 128, 100'000, (1 << 21) - 1};
    int sound = 0;
    int unsound = 0;
    for (int round = 0; round < 40'000; ++round) {
        const std::uint64_t most = kMosts[random() % kMosts.size()];
        std::vector<std::uint64_t> ids(1 + random() % 60);
        for (auto& id : ids) id = 1 + random() % (random() % 2 ? most : 1 + most / 50);
        // Mostly one lies at the edge or far out, or a bit says something else.
        constexpr std::array<std::uint64_t, 4> kFar{0, 1 << 22, std::uint64_t{1} << 40, ~std::uint64_t{0}};
        const auto kind = random() % 4;
        if (kind == 0) ids[random() % ids.size()] = most + random() % 3;
        if (kind == 1) ids[random() % ids.size()] = kFar[random() % kFar.size()];
        std::vector<std::byte> bytes(kBefore, static_cast<std::byte>(random()));
        bytes.back() = std::byte{0x7f};
        for (const std::uint64_t id : ids) append_varint(bytes, id);
        if (kind == 2)
            bytes[kBefore + random() % (bytes.size() - kBefore)] ^= static_cast<std::byte>(1 << random() % 8);
        const ByteView data = ByteView(bytes).subspan(kBefore);
        const auto values = read_all(data);
        const bool complete = (data.back() & std::byte{0x80}) == std::byte{0};
        const bool all_known =
            complete && std::ranges::all_of(values, [&](std::uint64_t id) { return id >= 1 && id <= most; });
        const bool held = holds_ids(data, kBefore, most);
        CAPTURE(round, most);
        if (held) REQUIRE(all_known);
        std::vector<std::byte> shortest;
        for (const std::uint64_t value : values) append_varint(shortest, value);
        if (all_known && most < (1 << 21) && shortest.size() == data.size()) REQUIRE(held);
        (held ? sound : unsound)++;
        if (held) {
            WireReader last(data.subspan(static_cast<std::size_t>(last_varint(data) - data.data())));
            std::uint64_t value = 0;
            REQUIRE(last.read_varint(value));
            REQUIRE(last.at_end());
            REQUIRE(value == values.back());
        }
    }
    CHECK(sound > 5'000);
    CHECK(unsound > 5'000);
}
