#include "pgoprof/base/base64.h"

#include <catch2/catch.hpp>
#include <string>

using namespace pgoprof;

namespace {

std::string decoded(std::string_view text) {
    const auto bytes = decode_base64(text);
    return bytes ? std::string(bytes->text()) : "refused";
}

}  // namespace

TEST_CASE("Base64 is decoded as RFC 4648 has it") {
    CHECK(decoded("").empty());
    CHECK(decoded("Zg==") == "f");
    CHECK(decoded("Zm8=") == "fo");
    CHECK(decoded("Zm9v") == "foo");
    CHECK(decoded("Zm9vYmFy") == "foobar");
    CHECK(decoded("+/8A") == std::string("\xfb\xff\0", 3));
}

TEST_CASE("What is no canonical base64 is refused") {
    const auto text =
        GENERATE(as<std::string>(), "Z", "Zg", "Zg=", "=", "==", "====", "Z===", "Zm=v",
                 "Zg==Zg==", "Zh==", "Zm9=", "Zm9v\n", "Zm9v\n\n\n\n", "-_8A", "Zm 9", std::string("Zm\0v", 4));
    CAPTURE(text);
    CHECK(decoded(text) == "refused");
}

TEST_CASE("what is encoded is decoded again") {
    CHECK(encode_base64({}).empty());
    CHECK(encode_base64(as_bytes("f")) == "Zg==");
    CHECK(encode_base64(as_bytes("fo")) == "Zm8=");
    CHECK(encode_base64(as_bytes("foobar")) == "Zm9vYmFy");
    std::string bytes;
    for (int i = 0; i < 1000; ++i) {
        CHECK(decode_base64(encode_base64(as_bytes(bytes)))->text() == bytes);
        bytes += static_cast<char>(i * 37);
    }
}
