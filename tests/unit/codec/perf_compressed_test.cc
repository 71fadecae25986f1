// Compressed records of perf.data. perf writes one zstd stream, here of blocks that are stored or repeat one byte.
#include <catch2/catch.hpp>

#include "pgoprof/codec/perf_data.h"
#include "support/perf_builder.h"
#include "support/recording_text.h"

using namespace pgoprof;
using namespace pgoprof::testing;

namespace {

constexpr std::uint64_t kIp = 1, kTime = 4;
constexpr std::uint16_t kUser = 2;
const std::string kZstdBegin("\x28\xb5\x2f\xfd\x00\x50", 6);
const std::string kRound = perf_record(68, 0, "");

std::string zstd_block(std::uint32_t type, std::size_t size, const std::string& bytes) {
    return half(type << 1 | static_cast<std::uint32_t>(size) << 3).substr(0, 3) + bytes;
}

std::string zstd_stored(const std::string& content) { return zstd_block(0, content.size(), content); }

std::string compressed(const std::string& piece) { return perf_record(81, 0, piece); }

std::string sample(std::uint64_t ip, std::uint64_t time) { return perf_record(9, kUser, words({ip, time})); }

std::string file(const std::string& records) { return perf_file({{.sample_type = kIp | kTime}}, records); }

std::vector<std::string> four_items() {
    std::vector<std::string> items;
    for (int i = 1; i <= 4; ++i)
        items.push_back("sample 0/0 @" + std::to_string(i) + " x1000 e0 ip " + std::to_string(i) + " []");
    return items;
}

std::string error(const std::string& records, const Limits& limits = {}) {
    const auto read = read_recording(read_perf_data, file(records), limits);
    REQUIRE_FALSE(read.result);
    CHECK(read.result.error().offset);
    return read.result.error().message;
}

}  // namespace

TEST_CASE("Compressed records may straddle wherever the stream and the records were cut") {
    const std::string content = sample(3, 3) + sample(1, 1) + sample(4, 4) + sample(2, 2);
    for (std::size_t cut = 1; cut < content.size(); ++cut) {
        const std::string stream = kZstdBegin + zstd_stored(content.substr(0, cut)) + zstd_stored(content.substr(cut));
        const std::size_t middle = stream.size() / 2;
        for (const std::string& rounds : {std::string(), kRound, kRound + kRound}) {
            const std::string records =
                compressed(stream.substr(0, middle)) + rounds + compressed(stream.substr(middle));
            const auto read = read_recording(read_perf_data, file(records));
            REQUIRE(read.result);
            // Two rounds between them: what came before is delivered before.
            if (rounds.size() < 16) CHECK(read.items == four_items());
            CHECK(read.items.size() == 4);
        }
    }
}

TEST_CASE("Each byte of a stream may come in a record of its own") {
    const std::string stream =
        kZstdBegin + zstd_stored(sample(3, 3) + sample(1, 1)) + zstd_stored(sample(2, 2) + sample(4, 4));
    std::string records;
    for (const char byte : stream) records += compressed(std::string(1, byte));
    CHECK(read_recording(read_perf_data, file(records)).items == four_items());
}

TEST_CASE("Padded compressed records of newer versions say their size") {
    const std::string stream = kZstdBegin + zstd_stored(sample(1, 1) + sample(2, 2));
    const std::string rest = zstd_stored(sample(3, 3) + sample(4, 4));
    const std::string records =
        perf_record(83, 0, word(stream.size()) + stream + "pad") + perf_record(83, 0, word(rest.size()) + rest);
    CHECK(read_recording(read_perf_data, file(records)).items == four_items());
    CHECK(error(perf_record(83, 0, word(stream.size() + 1) + stream)) == "malformed compressed record");
}

TEST_CASE("Stored records and compressed ones are put into one order") {
    const std::string records =
        sample(4, 4) + compressed(kZstdBegin + zstd_stored(sample(3, 3) + sample(1, 1))) + sample(2, 2);
    CHECK(read_recording(read_perf_data, file(records)).items == four_items());
}

TEST_CASE("Broken compressed records are refused, where they are stored") {
    CHECK(error(compressed("no zstd at all")) == "broken zstd stream: Unknown frame descriptor");
    CHECK(error(compressed(kZstdBegin + zstd_stored(sample(1, 1).substr(0, 20)))) == "truncated compressed record");
    CHECK(error(compressed(kZstdBegin + zstd_stored(compressed("")))) == "compressed record in a compressed record");
    CHECK(error(compressed(kZstdBegin + zstd_stored(std::string(16, '\0')))) ==
          "malformed record in a compressed record");
    // The event id is missing: the sample is too short, and so is one found to be so when its time has come.
    CHECK(error(compressed(kZstdBegin + zstd_stored(perf_record(9, kUser, word(1))))) ==
          "record of type 9 too short or of an unknown event");
}

TEST_CASE("A bomb costs neither memory nor time beyond the limits") {
    // 4 bytes for each 128 KiB of records of which none ends, or of many that say nothing.
    constexpr std::size_t kBlock = 128 * 1024;
    Limits limits;
    limits.budget_base = kMiB;
    std::string stream = kZstdBegin;
    for (int i = 0; i < 1000; ++i) stream += zstd_block(1, kBlock, "\x08");
    CHECK(error(compressed(stream), limits).find("bytes of zstd content") != std::string::npos);

    std::string pieces = compressed(kZstdBegin);
    for (int i = 0; i < 5000; ++i) pieces += compressed(zstd_block(1, kBlock, "\x08")) + kRound + kRound;
    CHECK(error(pieces, limits).find("bytes of zstd content") != std::string::npos);
}
