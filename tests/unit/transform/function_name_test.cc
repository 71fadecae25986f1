#include "pgoprof/transform/function_name.h"

#include <catch2/catch.hpp>

using namespace pgoprof;

TEST_CASE("The package of a function is in its linker name") {
    CHECK(package_of("main.main") == "main");
    CHECK(package_of("net/http.(*conn).serve") == "net/http");
    CHECK(package_of("net/http.HandlerFunc.ServeHTTP") == "net/http");
    CHECK(package_of("example.com/a/b.F.func1.2") == "example.com/a/b");
    CHECK(package_of("example.com/yaml%2ev3.Unmarshal") == "example.com/yaml.v3");
    CHECK(package_of("gopkg.in/yaml%2ev3.(*T).M-fm") == "gopkg.in/yaml.v3");
    CHECK(package_of("vendor/golang.org/x/net/http2.F") == "vendor/golang.org/x/net/http2");
    SECTION("type arguments do not count") {
        CHECK(package_of("slices.Sort[go.shape.struct { a/b.X }]") == "slices");
        CHECK(package_of("x/y.(*Map[go.shape.string,c/d.E]).Get") == "x/y");
        CHECK(package_of("x/y.Map[...]") == "x/y");
    }
    SECTION("some have none") {
        CHECK(package_of("type:.eq.net/http.T").empty());
        CHECK(package_of("go:buildid").empty());
        CHECK(package_of("aeshashbody").empty());
        CHECK(package_of("").empty());
        CHECK(package_of("[kernel.kallsyms]").empty());
        CHECK(package_of("std::vector<int>").empty());
    }
    SECTION("broken escapes stay as they are") {
        CHECK(package_of("a%2.F") == "a%2");
        CHECK(package_of("a%zz.F") == "a%zz");
        CHECK(package_of("a%") == "");
        CHECK(package_of("%2e%2E.F") == "..");
    }
}

TEST_CASE("A callee's name tells what it can stand for") {
    for (const auto* function :
         {"main.f", "net/http.Get", "main.f[int]", "a-b/c-d.F[x-y.T]", "main.init", "main.init.0", "memmove"}) {
        CAPTURE(function);
        CHECK(callee_kind(function) == CalleeKind::function);
    }
    for (const auto* method :
         {"main.T.M", "net/http.(*conn).serve", "a/b.(*Map[struct { x.y }]).Get", "main.T.func1x"}) {
        CAPTURE(method);
        CHECK(callee_kind(method) == CalleeKind::method);
    }
    for (const auto* other :
         {"main.main.func1", "main.glob..func3", "main.T.M.func1.2", "main.f.func1-range2", "main.f.gowrap1",
          "main.f.deferwrap2", "main.init.func6", "main.init.func6.1", "main.f[go.shape.int].func1", "main.f-range1",
          "main.T.M-range2", "main.T.M-fm", "slices.Sort[go.shape.int]", "main.F[string,go.shape.int]",
          "a/b.(*Map[go.shape.struct { x.y }]).Get", "main.T[...].M"}) {
        CAPTURE(other);
        CHECK(callee_kind(other) == CalleeKind::neither);
    }
}
