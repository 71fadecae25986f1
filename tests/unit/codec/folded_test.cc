#include <catch2/catch.hpp>
#include <string>

#include "pgoprof/codec/pprof.h"
#include "pgoprof/report/folded_text.h"
#include "support/foreign.h"
#include "support/raw.h"

using namespace pgoprof;
using namespace pgoprof::testing;

namespace {

std::string folded_again(const Profile& profile) {
    const Raw raw(std::string(encode_pprof(profile).text()));
    const auto stacks = fold_stacks(*raw, 0);
    REQUIRE(stacks);
    std::string text;
    REQUIRE(write_folded(*stacks, [&](ByteView piece) -> Result<> {
        text += as_text(piece);
        return {};
    }));
    return text;
}

}  // namespace

TEST_CASE("Folded stacks become samples of names") {
    const Profile profile = require_profile(decode_folded,
                                            "# a comment\n"
                                            "main.main;main.f 12\r\n"
                                            "\n"
                                            "main.main;my func(int, char)   3  \n"
                                            "main.main;main.f\t8\n"
                                            "[unknown];;main.main 1");
    CHECK(types_text(profile) == "samples/count");
    CHECK(stacks_text(profile) ==
          "main.main main.f = 20\n"
          "main.main my func(int, char) = 3\n"
          "[0x0] [0x0] main.main = 1\n");
}

TEST_CASE("What pgo-report folded is read back, names and all") {
    const std::string text =
        "[unknown];main.F[go.shape.struct { X int\\x3b Y int }] 3\n"
        "a\\\\b;\\xff\\x0a\\u202e\\ue0001 \\\\x3b;main.g 4\n";
    const Profile profile = require_profile(decode_folded, text);
    CHECK(stacks_text(profile).find("Y int } = 3") == std::string::npos);
    CHECK(stacks_text(profile).find("X int; Y int }] = 3") != std::string::npos);
    CHECK(folded_again(profile) == text);
}

TEST_CASE("Names with backslashes that are no escapes stay as they are") {
    const std::string text = "C:\\x86\\tool;main\\x3b 3\n";
    CHECK(stacks_text(require_profile(decode_folded, text)) == "C:\\x86\\tool main\\x3b = 3\n");
}

TEST_CASE("Folded stacks that are damaged are refused with the line's offset") {
    CHECK(require_error(decode_folded, "") == "there is no folded stack in it");
    CHECK(require_error(decode_folded, "a;b 1\na;b 1x\n").find("does not end in a count") != std::string::npos);
    CHECK(require_error(decode_folded, "a;b 99999999999999999999\n").find("count") != std::string::npos);
    CHECK(require_error(decode_folded, " 12\n").find("without a stack") != std::string::npos);
    CHECK(require_error(decode_folded, "12\n").find("does not end in a count") != std::string::npos);
    CHECK(require_error(decode_folded, "a 9223372036854775807\na 1\n").find("overflows") != std::string::npos);
    const auto late = decode_foreign(decode_folded, "a;b 1\na;b\n");
    REQUIRE_FALSE(late);
    CHECK(late.error().offset == Offset{6, OffsetSpace::inflated});
    damage(decode_folded, "a\\\\b;c\\x41;[unknown] 1\n\\ue0001;b -3\n# x\nc 4\n");
}

TEST_CASE("Folded stacks keep to their limits") {
    std::string deep;
    for (int i = 0; i < 70'000; ++i) deep += "a;";
    CHECK(require_error(decode_folded, deep + "a 1\n").find("stack of 70001 frames") != std::string::npos);
    Budget budget(1000);
    const auto refused = decode_folded(as_bytes("a;b;c;d;e;f;g;h;i;j;k;l;m 1\n"), Limits{}, budget);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().rule == "PGO106");
}
