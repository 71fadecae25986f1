#include "pgoprof/gosource/source_header.h"

#include <catch2/catch.hpp>
#include <string>

using namespace pgoprof;

TEST_CASE("A go:build expression holds never, sometimes or always") {
    CHECK(evaluate_go_build(" linux") == Built::sometimes);
    CHECK(evaluate_go_build(" !windows && (amd64 || arm64)") == Built::sometimes);
    CHECK(evaluate_go_build("\tignore") == Built::never);
    CHECK(evaluate_go_build(" !ignore") == Built::always);
    CHECK(evaluate_go_build(" ignore || go1.18") == Built::always);
    CHECK(evaluate_go_build(" go1.1000") == Built::never);
    CHECK(evaluate_go_build(" linux && tools") == Built::never);
    CHECK(evaluate_go_build(" goexperiment.arenas") == Built::sometimes);
    CHECK(evaluate_go_build(" !(!cgo)") == Built::sometimes);
    for (const char* malformed : {"", " (linux", " linux darwin", " && linux", " linux &&", " linux,darwin", " !"}) {
        CAPTURE(malformed);
        CHECK(evaluate_go_build(malformed) == Built::never);
    }
    CHECK(evaluate_go_build(std::string(1'000'000, '(')) == Built::never);
    CHECK(evaluate_go_build(std::string(1'000'000, '!')) == Built::never);
}

TEST_CASE("A +build line has options of terms") {
    CHECK(evaluate_plus_build(" linux darwin") == Built::sometimes);
    CHECK(evaluate_plus_build(" ignore") == Built::never);
    CHECK(evaluate_plus_build(" linux,ignore !ignore") == Built::always);
    CHECK(evaluate_plus_build("") == Built::never);
}

TEST_CASE("The package clause follows white space and comments") {
    CHECK(read_source_header("package main\n").package == "main");
    CHECK(read_source_header("\xef\xbb\xbf/* a\nb */ // c\n\n\tpackage/**/ foo_2; import \"x\"").package == "foo_2");
    CHECK(read_source_header("package\n// x\nmain").package == "main");
    for (const char* none :
         {"", "func main() {}", "// package main", "/* package main", "packages main", "\"package\""}) {
        CAPTURE(none);
        CHECK(read_source_header(none).package.empty());
    }
}

TEST_CASE("Constraints count where the go command looks for them") {
    const auto built = [](const char* text) { return read_source_header(text).built; };
    CHECK(built("//go:build ignore\n\npackage main\n") == Built::never);
    CHECK(built("//go:build ignore\npackage main\n") == Built::never);
    CHECK(built("// x\r\n\r\n  //go:build ignore  \r\n\r\npackage main\r\n") == Built::never);
    CHECK(built("/* x */\n//go:build ignore\n\npackage main\n") == Built::never);
    CHECK(built("/*\n//go:build ignore\n*/\npackage main\n") == Built::always);
    CHECK(built("/* x */ //go:build ignore\npackage main\n") == Built::always);
    CHECK(built("//go:builds ignore\n\npackage main\n") == Built::always);
    CHECK(built("// go:build ignore\n\npackage main\n") == Built::always);
    CHECK(built("package main\n//go:build ignore\n") == Built::always);
    CHECK(built("//go:build linux\n//go:build linux\n\npackage main\n") == Built::never);

    CHECK(built("// +build ignore\n\npackage main\n") == Built::never);
    CHECK(built("//+build ignore\n\npackage main\n") == Built::never);
    CHECK(built("// +build ignore\npackage main\n") == Built::always);
    CHECK(built("// +build linux\n// +build ignore\n\npackage main\n") == Built::never);
    CHECK(built("//go:build !ignore\n// +build ignore\n\npackage main\n") == Built::always);
    CHECK(built("/* x */\n// +build ignore\n\npackage main\n") == Built::always);
}
