#include <fmt/format.h>

#include <bit>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "pgoprof/codec/gperftools_profile.h"

using namespace pgoprof;
using namespace std::literals;

namespace {

enum class Order { little, big };

template <typename Word>
std::string words(const std::vector<std::uint64_t>& values, Order order) {
    std::string bytes;
    for (const std::uint64_t value : values) {
        Word word = static_cast<Word>(value);
        if (order == Order::big) word = std::byteswap(word);
        bytes.append(reinterpret_cast<const char*>(&word), sizeof(word));
    }
    return bytes;
}

constexpr std::string_view kMaps =
    "00400000-00402000 r--p 00000000 00:00 1039                   /usr/bin/server\n"
    "build=/usr/bin\n"
    "00402000-004a7000 r-xp 00002000 00:00 1039                   /usr/bin/my server\n"
    "7ffd47fea000-7ffd4800b000 rw-p 00000000 00:00 0              [stack]\n"
    "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0      [vsyscall]";

const std::vector<std::uint64_t> kSamples{0, 3, 0,        4000,     0,  // header
                                          5, 2, 0x402001, 0x402010,     // samples
                                          1, 1, 0x402020,               //
                                          2, 3, 0x402030, 0x402030, 0x402040, 0, 1, 0};

struct Seen {
    RecordingInfo info;
    std::string text;
    std::string error;
};

Seen read(const std::string& bytes) {
    Seen seen;
    const auto visit = [&](const RecordingItem& item) -> Result<> {
        if (const auto* mapping = std::get_if<RecordedMapping>(&item)) {
            seen.text += fmt::format("{:x}+{:x}@{:x} {}\n", mapping->start, mapping->size, mapping->file_offset,
                                     mapping->filename);
        }
        if (const auto* sample = std::get_if<RecordedSample>(&item)) {
            REQUIRE(sample->ip == *sample->chain.begin());
            seen.text += fmt::format("{}*{}:", sample->count, sample->period);
            for (const std::uint64_t address : sample->chain) seen.text += fmt::format(" {:x}", address);
            seen.text += '\n';
        }
        return {};
    };
    const auto result = read_gperftools(as_bytes(bytes), Limits{}, seen.info, visit);
    if (!result) seen.error = result.error().message;
    return seen;
}

constexpr std::string_view kExpected =
    "402000+a5000@2000 /usr/bin/my server\n"
    "ffffffffff600000+1000@0 [vsyscall]\n"
    "5*4000000: 402001 402010\n"
    "1*4000000: 402020\n"
    "2*4000000: 402030 402040\n";

}  // namespace

TEST_CASE("gperftools' profiles are read in words of either size and order") {
    for (const Order order : {Order::little, Order::big}) {
        const Seen wide = read(words<std::uint64_t>(kSamples, order) + std::string(kMaps));
        CHECK(wide.text == kExpected);
        CHECK(wide.error.empty());
        REQUIRE(wide.info.events.size() == 1);
        CHECK(wide.info.events[0].counts_nanoseconds);
        CHECK(wide.info.events[0].stacks == StackKind::complete);
        CHECK(wide.info.has_mappings);
        CHECK(read(words<std::uint32_t>(kSamples, order) + std::string(kMaps)).text == kExpected);
    }
    CHECK_FALSE(read(words<std::uint64_t>(kSamples, Order::little)).info.has_mappings);
}

TEST_CASE("The frames of the sampler's own signal handler are left out") {
    std::vector<std::uint64_t> values{0, 3, 0, 4000, 0};
    for (std::uint64_t i = 0; i < 40; ++i) values.insert(values.end(), {1, 4, 0x1000 + i, 0xaaaa, 0xbbbb, 0x2000});
    values.insert(values.end(), {1, 2, 0x1234, 0x2000, 0, 1, 0});
    const std::string text = read(words<std::uint64_t>(values, Order::little)).text;
    CHECK(text.starts_with("1*4000000: 1000 2000\n1*4000000: 1001 2000\n"));
    CHECK(text.ends_with("1*4000000: 1027 2000\n1*4000000: 1234 2000\n"));
}

TEST_CASE("Damaged profiles of gperftools are refused, or read as far as they are sound") {
    CHECK(read("").error.find("no CPU profile") != std::string::npos);
    const std::string sound = words<std::uint64_t>(kSamples, Order::little);
    for (std::size_t size = 0; size < sound.size(); ++size) CHECK_FALSE(read(sound.substr(0, size)).error.empty());
    std::string bytes = sound + std::string(kMaps);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        const auto flip = static_cast<char>(1 << bit % 8);
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ flip);
        (void)read(bytes);
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ flip);
    }
    const auto with = [](std::vector<std::uint64_t> tail) {
        tail.insert(tail.begin(), {0, 3, 0, 4000, 0});
        return read(words<std::uint64_t>(tail, Order::little)).error;
    };
    CHECK(with({1, ~std::uint64_t{0}, 1, 0, 1, 0}).find("break off") != std::string::npos);
    CHECK(with({1, 0, 0, 1, 0}).find("without a stack") != std::string::npos);
}
