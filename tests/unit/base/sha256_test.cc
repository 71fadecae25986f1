#include "pgoprof/base/sha256.h"

#include <catch2/catch.hpp>
#include <string>

using namespace pgoprof;

TEST_CASE("SHA-256 gives FIPS 180-4's examples") {
    CHECK(to_hex(sha256({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(to_hex(sha256(as_bytes("abc"))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(to_hex(sha256(as_bytes(std::string(1'000'000, 'a')))) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("A digest in hexadecimal has 64 digits and nothing else") {
    const std::string hex = to_hex(sha256(as_bytes("abc")));
    CHECK(parse_sha256(hex) == sha256(as_bytes("abc")));
    std::string upper = hex;
    for (char& c : upper) c = static_cast<char>(std::toupper(c));
    CHECK(parse_sha256(upper) == sha256(as_bytes("abc")));
    CHECK_FALSE(parse_sha256(""));
    CHECK_FALSE(parse_sha256(hex + "0"));
    CHECK_FALSE(parse_sha256(hex.substr(1)));
    for (const char* const wrong : {"g0", "+1", "-1", " 1", "0x"}) CHECK_FALSE(parse_sha256(wrong + hex.substr(2)));
}
