#include "pgoprof/codec/preprofile.h"

#include <catch2/catch.hpp>

using namespace pgoprof;

namespace {

std::string header(std::string_view rest) { return std::string(kPreprofileHeader) + std::string(rest); }

Result<EdgeProfile> decode(std::string_view rest, std::uint64_t budget_bytes = 1 << 20) {
    Budget budget(budget_bytes);
    return decode_preprofile(as_bytes(header(rest)), {.string_bytes = 65535}, budget);
}

std::string rule(std::string_view rest) {
    const auto edges = decode(rest);
    return edges ? "accepted" : std::string(edges.error().rule);
}

}  // namespace

TEST_CASE("GO PREPROFILE V1 comes back byte for byte, in the file's order") {
    const std::string text = header("a\nb\n14 2\nc\n\xff\n-15 9\n\n\n0 1\n");
    const auto edges = decode(std::string_view(text).substr(kPreprofileHeader.size()));
    REQUIRE(edges);
    CHECK(edges->total_weight == 12);
    CHECK(edges->edges.size() == 3);
    CHECK(encode_preprofile(*edges).text() == text);
}

TEST_CASE("GO PREPROFILE V1 is read as Go reads it") {
    CHECK(decode("")->ignored == SilentlyIgnored::no_samples);
    CHECK(decode("a\nb\n1 5\nc\nd\n1 -5\n")->ignored == SilentlyIgnored::zero_weight);
    CHECK(rule("a\r\nb\r\n+1 +2\r\n") == "accepted");
    CHECK(rule("a\nb\n1 2") == "accepted");
    CHECK(rule("a\n") == "PGO127");
    CHECK(rule("a\nb\n") == "PGO127");
    CHECK(rule("a\nb\n1\n") == "PGO127");
    CHECK(rule("a\nb\n1 2 3\n") == "PGO127");
    CHECK(rule("a\nb\n1  2\n") == "PGO127");
    CHECK(rule("a\nb\n1_0 2\n") == "PGO127");
    CHECK(rule("a\nb\n0x1 2\n") == "PGO127");
    CHECK(rule("a\nb\n+-1 2\n") == "PGO127");
    CHECK(rule("a\nb\n1 9223372036854775808\n") == "PGO127");
    CHECK(rule("a\nb\n1 2\na\nb\n1 3\n") == "PGO128");
    CHECK(rule("a\nb\n1 9223372036854775807\na\nb\n2 1\n") == "PGO126");
    CHECK(rule(std::string(65535, 'x') + "\nb\n1 2\n") == "accepted");
    CHECK(rule(std::string(65536, 'x') + "\nb\n1 2\n") == "PGO127");
}

TEST_CASE("Only the whole header marks a preprofiled file") {
    CHECK(looks_preprofile(as_bytes("GO PREPROFILE V1\nrest")));
    CHECK_FALSE(looks_preprofile(as_bytes("GO PREPROFILE V1\r\n")));
    CHECK_FALSE(looks_preprofile(as_bytes("GO PREPROFILE V1")));
}

TEST_CASE("GO PREPROFILE V1 holds to its limits") {
    std::string many;
    for (int i = 0; i < 1000; ++i) many += "a\nb\n" + std::to_string(i) + " 1\n";
    CHECK(decode(many));
    const auto beyond = decode(many, 100'000);
    REQUIRE_FALSE(beyond);
    CHECK(beyond.error().rule == "PGO106");
    CHECK_FALSE(beyond.error().remedy.empty());

    Budget budget(1 << 20);
    const std::string text = header("a\nlonger\n1 2\n");
    const auto too_long = decode_preprofile(as_bytes(text), {.string_bytes = 5}, budget);
    REQUIRE_FALSE(too_long);
    CHECK(too_long.error().rule == "PGO106");
    CHECK(too_long.error().remedy.empty());
}
