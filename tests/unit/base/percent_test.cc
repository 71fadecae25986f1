#include "pgoprof/base/percent.h"

#include <catch2/catch.hpp>

using namespace pgoprof;

TEST_CASE("Only unreserved characters stay as they are in a URL") {
    CHECK(percent_encode("aZ09-._~") == "aZ09-._~");
    CHECK(percent_encode(R"({job="a b"})") == "%7Bjob%3D%22a%20b%22%7D");
    CHECK(percent_encode("&+#/?%\n\xff") == "%26%2B%23%2F%3F%25%0A%FF");
}

TEST_CASE("Escapes are decoded, all else stays") {
    CHECK(percent_decode("%7Bjob%3d%22a%20b%22}") == R"({job="a b"})");
    CHECK(percent_decode("a+b") == "a+b");
    CHECK(percent_decode("100%, %4, %zz, %") == "100%, %4, %zz, %");
    CHECK(percent_decode("%2541") == "%41");
}
