#include "pgoprof/transform/rename_rule.h"

#include <catch2/catch.hpp>
#include <functional>
#include <optional>
#include <set>
#include <string>

// That the compiler gives the new names is tested in tests/oracle/test_rename.py.

using namespace pgoprof;

namespace {

RenameRule rule(const std::string& text) {
    const auto parsed = RenameRule::parse(text);
    REQUIRE(parsed.has_value());
    return *parsed;
}

/// What the rule makes of `name`, read as a name's where it can be, else as a package's.
std::string renamed(const std::string& text, const std::string& name, const std::string& package_of_file = {}) {
    const RenameRule parsed = rule(text);
    const auto kind = parsed.can_be(RenameKind::identifier) ? RenameKind::identifier : RenameKind::package;
    const std::function<bool(std::string_view)> is_known = [](std::string_view known) { return known == "main.main"; };
    return parsed.apply({name, package_of_file, &is_known}, kind).value_or("(left alone)");
}

constexpr auto kLeftAlone = "(left alone)";

}  // namespace

TEST_CASE("a package's rule moves it and all below it") {
    CHECK(renamed("example.com/old=example.com/new/place", "example.com/old.F") == "example.com/new/place.F");
    CHECK(renamed("example.com/old=example.com/new", "example.com/old/sub.(*T).M.func1") ==
          "example.com/new/sub.(*T).M.func1");
    CHECK(renamed("example.com/old=example.com/new", "example.com/older.F") == kLeftAlone);
    CHECK(renamed("example.com/old=example.com/new", "other.com/example.com/old.F") == kLeftAlone);
    CHECK(renamed("main=example.com/a", "main.(*T).M") == "example.com/a.(*T).M");
}

TEST_CASE("dots of a package's last element are escaped as the linker does, whichever way they are written") {
    CHECK(renamed("example.com/yaml%2ev2=example.com/yaml%2ev3", "example.com/yaml%2ev2.F") ==
          "example.com/yaml%2ev3.F");
    CHECK(renamed("example.com/yaml=example.com/yaml%2ev3", "example.com/yaml.F") == "example.com/yaml%2ev3.F");
    CHECK(renamed("example.com/a=example.com/yaml%2ev3", "example.com/a/sub.F") == "example.com/yaml.v3/sub.F");
    CHECK(renamed("example.com/yaml%2ev3=example.com/a", "example.com/yaml.v3/sub.F") == "example.com/a/sub.F");
}

TEST_CASE("a package's rule reaches types in names") {
    CHECK(renamed("example.com/p=example.com/q", "main.F[go.shape.[]example.com/p.T]") ==
          "main.F[go.shape.[]example.com/q.T]");
    CHECK(renamed("example.com/p=example.com/q", "main.G[go.shape.struct { example.com/p.x int; Y string }].M") ==
          "main.G[go.shape.struct { example.com/q.x int; Y string }].M");
    CHECK(renamed("example.com/p=example.com/q", "type:.eq.example.com/p.T") == "type:.eq.example.com/q.T");
    CHECK(renamed("example.com/p=example.com/q", "go:(*struct { example.com/p.T }).M") ==
          "go:(*struct { example.com/q.T }).M");
    CHECK(renamed("example.com/p=example.com/q", R"(main.F[go.shape.struct { A int "x:\"example.com/p.T\"" }])") ==
          kLeftAlone);
}

TEST_CASE("a name's rule renames a function with its closures and instances") {
    CHECK(renamed("main.f=main.g", "main.f") == "main.g");
    CHECK(renamed("main.f=main.g", "main.f.func1.2") == "main.g.func1.2");
    CHECK(renamed("main.f=main.g", "main.f.gowrap1") == "main.g.gowrap1");
    CHECK(renamed("main.f=main.g", "main.f.deferwrap1") == "main.g.deferwrap1");
    CHECK(renamed("main.f=main.g", "main.f-range1") == "main.g-range1");
    CHECK(renamed("main.f=main.g", "main.f.func1-range1") == "main.g.func1-range1");
    CHECK(renamed("main.F=main.G", "main.F[go.shape.int].func1") == "main.G[go.shape.int].func1");
    CHECK(renamed("main.f=main.g", "main.ff") == kLeftAlone);
    CHECK(renamed("main.f=main.g", "other.f") == kLeftAlone);
    CHECK(renamed("main.f=lib/sub%2ex.g", "main.f.func1") == "lib/sub%2ex.g.func1");
    CHECK(renamed("main.F[go.shape.int]=main.F[go.shape.int64]", "main.F[go.shape.int]") == "main.F[go.shape.int64]");
    CHECK(renamed("main.F[go.shape.int]=main.F[go.shape.int64]", "main.F[go.shape.string]") == kLeftAlone);
}

TEST_CASE("a name's rule renames a type with its methods and its use") {
    CHECK(renamed("p.T=p.U", "p.T.M") == "p.U.M");
    CHECK(renamed("p.T=p.U", "p.(*T).M.func1") == "p.(*U).M.func1");
    CHECK(renamed("p.T=p.U", "p.(*T).M-fm") == "p.(*U).M-fm");
    CHECK(renamed("p.(*T)=p.(*U)", "p.T.M") == "p.U.M");
    CHECK(renamed("p.T=q/r.U", "p.(*T[go.shape.int]).M") == "q/r.(*U[go.shape.int]).M");
    CHECK(renamed("p.T=p.U", "main.F[go.shape.map[string]*p.T]") == "main.F[go.shape.map[string]*p.U]");
    CHECK(renamed("p.T=p.U", "main.F[go.shape.func(...p.T) p.G[p.T]]") == "main.F[go.shape.func(...p.U) p.G[p.U]]");
    CHECK(renamed("p.T=p.U", "p.(*T[go.shape.[]p.T]).M") == "p.(*U[go.shape.[]p.U]).M");
    CHECK(renamed("p.T=p.U", "type:.eq.[2]p.T") == "type:.eq.[2]p.U");
    CHECK(renamed("p.T=p.U", "main.F[go.shape.[]p.TT]") == kLeftAlone);
    CHECK(renamed("p.T=p.U", "main.F[go.shape.[]p.T·1]") == kLeftAlone);  // declared inside a function
}

TEST_CASE("a field or method of the type's name is none") {
    CHECK(renamed("p.t=p.u", "main.F[go.shape.struct { p.t int }]") == kLeftAlone);
    CHECK(renamed("p.t=p.u", "main.F[go.shape.interface { p.t() }]") == kLeftAlone);
    CHECK(renamed("p.t=p.u", "main.F[go.shape.struct { p.t }]") == "main.F[go.shape.struct { p.u }]");
    CHECK(renamed("p.t=p.u", R"(main.F[go.shape.struct { p.t "tag" }])") == R"(main.F[go.shape.struct { p.u "tag" }])");
    CHECK(renamed("p.t=p.u", "main.F[go.shape.struct { p.t p.t }]") == "main.F[go.shape.struct { p.t p.u }]");
}

TEST_CASE("a method's rule keeps the receiver, unless its sides differ in it") {
    CHECK(renamed("p.(*T).M=p.(*T).N", "p.(*T).M.func1") == "p.(*T).N.func1");
    CHECK(renamed("p.T.M=p.T.N", "p.(*T).M") == "p.(*T).N");
    CHECK(renamed("p.(*T).M=p.T.M", "p.(*T).M") == "p.T.M");
    CHECK(renamed("p.T.M=p.(*T).M", "p.T.M-fm") == "p.(*T).M-fm");
    CHECK(renamed("p.(*T).M=p.f", "p.(*T).M.func1") == "p.f.func1");
    CHECK(renamed("p.f=p.(*T).M", "p.f.func1") == "p.(*T).M.func1");
    CHECK(renamed("p.(*G).M=p.F", "p.(*G[go.shape.int]).M") == "p.F[go.shape.int]");
    CHECK(renamed("p.(*T).M=p.(*T).N", "p.(*T).MM") == kLeftAlone);
    CHECK(renamed("p.(*T).M=p.(*T).N", "p.(*U).M") == kLeftAlone);
    CHECK(renamed("p.f.func1=p.f.func2", "p.f.func1.1") == "p.f.func2.1");
}

TEST_CASE("a closure keeps the name of the function that it was made of by inlining") {
    CHECK(renamed("main.f=main.g", "main.main.f.func3") == "main.main.g.func3");
    CHECK(renamed("main.F=main.G", "main.main.F[go.shape.int].func3") == "main.main.G[go.shape.int].func3");
    CHECK(renamed("main.T=main.U", "main.main.(*T).M.func3") == "main.main.(*U).M.func3");
    CHECK(renamed("main.T.M=main.T.N", "main.main.(*T).M.func3.1") == "main.main.(*T).N.func3.1");
    CHECK(renamed("main.f=main.g", "main.main.f.f.func3") == "main.main.g.g.func3");
    CHECK(renamed("lib.f=lib.g", "main.main.f.func3", "lib") == "main.main.g.func3");  // its file tells the package
    CHECK(renamed("main.f=main.g", "main.main.f.func3", "lib") == kLeftAlone);
    CHECK(renamed("lib.f=lib.g", "main.main.f.func3") == kLeftAlone);
    CHECK(renamed("main.f=main.g", "main.T.f.func3") == kLeftAlone);  // a method: main.T is no function
    CHECK(renamed("main.f=main.g", "main.(*T).f.func3") == kLeftAlone);
    CHECK(renamed("main.f=main.g", "main.(*T).M.f.func3") == "main.(*T).M.g.func3");
    CHECK(renamed("main.f=main.g", "main.main.f") == kLeftAlone);  // a method of main.main's, if anything
}

TEST_CASE("what is not to be inlined is renamed, too, and stays so") {
    CHECK(renamed("main.f=main.g", "DO NOT INLINE: main.f") == "DO NOT INLINE: main.g");
    CHECK(renamed("example.com/p=example.com/q", "DO NOT INLINE: example.com/p.(*T).M") ==
          "DO NOT INLINE: example.com/q.(*T).M");
    CHECK(renamed("main.f=main.g", "DO NOT INLINE: DO NOT INLINE: main.f") == "DO NOT INLINE: DO NOT INLINE: main.g");
    CHECK(renamed("main.f=main.g", "DO NOT INLINE: main.h") == kLeftAlone);
}

TEST_CASE("what is no Go name is left alone") {
    for (const char* name : {"", "malloc", "main.(*T.M", "main.F[", ".f", "main", "std::f<main.f>", "[unknown]"}) {
        CHECK(renamed("main.f=main.g", name) == kLeftAlone);
        CHECK(renamed("example.com/main=example.com/mine", name) == kLeftAlone);
    }
}

TEST_CASE("sides that cannot be told apart are a package's and a name's rule") {
    const RenameRule both = rule("gopkg.in/yaml.v2=gopkg.in/yaml.v3");
    CHECK(both.can_be(RenameKind::package));
    CHECK(both.can_be(RenameKind::identifier));
    CHECK(both.apply({"gopkg.in/yaml%2ev2.F"}, RenameKind::package) == "gopkg.in/yaml%2ev3.F");
    CHECK(both.apply({"gopkg.in/yaml.v2"}, RenameKind::identifier) == "gopkg.in/yaml.v3");
    CHECK_FALSE(rule("gopkg.in/yaml%2ev2=gopkg.in/yaml.v3").can_be(RenameKind::identifier));
    CHECK_FALSE(rule("p.T[int]=p.U").can_be(RenameKind::package));
}

TEST_CASE("rules that make no sense are usage errors") {
    for (const char* text :
         {"", "=", "a", "a=", "=b", "example.com/a=p.(*T).M", "p.(*T).M=p", "p..x=p.(*T).y", "a b=c"}) {
        INFO(text);
        const auto parsed = RenameRule::parse(text);
        REQUIRE_FALSE(parsed.has_value());
        CHECK(parsed.error().code == ErrorCode::usage);
    }
}
