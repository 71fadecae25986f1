#include "pgoprof/base/text.h"

#include <catch2/catch.hpp>

using namespace pgoprof;

TEST_CASE("Hostile text cannot leave its line or drive a terminal") {
    CHECK(escape_line("main.(*T[...]).f") == "main.(*T[...]).f");
    CHECK(escape_line("größe→") == "größe→");
    CHECK(escape_line("a\nb\r\t\x1b[31m") == "a\\x0ab\\x0d\\x09\\x1b[31m");
    CHECK(escape_line("\xff\xc0\xaf") == "\\xff\\xc0\\xaf");
    CHECK(escape_line("back\\slash") == "back\\\\slash");
    CHECK(escape_line("\u202eevil") == "\\u202eevil");
    CHECK(escape_line("\xc2\x9b") == "\\u009b");
    CHECK(escape_line("cut\xe2\x82") == "cut\\xe2\\x82");
}

TEST_CASE("Hostile text is no command to a CI log") {
    CHECK(escape_line("::error::f") == "\\x3a:error::f");
    CHECK(escape_line("  \u00a0::stop-commands::x") == "  \u00a0\\x3a:stop-commands::x");
    CHECK(escape_line("a ##[error]f ##[") == "a ##\\x5berror]f ##\\x5b");
    CHECK(escape_line("std::move(a[1]) # [x] ::y") == "std::move(a[1]) # [x] ::y");
    CHECK(escape_line(":") == ":");
}

TEST_CASE("Durations and sizes read as people write them") {
    CHECK(format_duration(0) == "0s");
    CHECK(format_duration(30'100'000'000) == "30.1s");
    CHECK(format_duration(450'000'000) == "450ms");
    CHECK(format_bytes(512) == "512 B");
    CHECK(format_bytes(1536 * 1024) == "1.5 MiB");
}

TEST_CASE("Sizes are numbers with a unit, and fit a file") {
    CHECK(parse_bytes("5MB") == 5'000'000u);
    CHECK(parse_bytes("5MiB") == 5u << 20);
    CHECK(parse_bytes("5m") == 5u << 20);
    CHECK(parse_bytes("12") == 12u);
    CHECK(parse_bytes("9223372036854775807") == 9223372036854775807u);
    for (const char* bad : {"", "MB", "0", "0k", "5mb", "5 MB", "-5MB", "+5", "1e6", "1.5g", "9223372036854775808",
                            "18446744073709551615KB"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_bytes(bad));
    }
}
