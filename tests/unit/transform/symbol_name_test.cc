#include "pgoprof/transform/symbol_name.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "pgoprof/transform/type_text.h"

using namespace pgoprof;

TEST_CASE("a symbol's name comes apart and together again") {
    const SymbolName name =
        parse_symbol_name("example.com/a/yaml%2ev3.(*T[go.shape.struct { a/b.c int }]).M.func1-range2");
    CHECK(name.package == "example.com/a/yaml%2ev3");
    REQUIRE(name.parts.size() == 3);
    CHECK(name.parts[0] == NamePart{true, "T", "[go.shape.struct { a/b.c int }]", ""});
    CHECK(name.parts[1] == NamePart{false, "M", "", ""});
    CHECK(name.parts[2] == NamePart{false, "func1", "", "-range2"});
    for (const char* text : {"main.main", "main.T.M-fm", "main.glob..func1", "main.init.0.func1",
                             "runtime.(*mheap).alloc", R"(main.F[go.shape.struct { A int "json:\"a].b\"" }].func1)",
                             "a/b.G[a/b.T[int],string].M", "main.main.F[go.shape.func(...a/b.T) c.G[main.L]].func10"}) {
        CHECK(to_string(parse_symbol_name(text)) == text);
    }
}

TEST_CASE("names that no linker of Go's gives have no parts") {
    for (const char* text : {"", "malloc", ".x", "main.(*T-x)", "main.F[int]x]", "main.(*T).a/b", "type:.eq.main.T",
                             "go:struct { main.T }.M"}) {
        INFO(text);
        CHECK(parse_symbol_name(text).parts.empty());
    }
}

TEST_CASE("import paths are escaped as the linker does") {
    CHECK(escape_import_path("gopkg.in/yaml.v3") == "gopkg.in/yaml%2ev3");
    CHECK(escape_import_path("example.com") == "example%2ecom");
    CHECK(escape_import_path("a.b/c") == "a.b/c");
    CHECK(escape_import_path("a/b%\"\x7f\xc3\xa4 ") == "a/b%25%22%7f%c3%a4%20");
    for (const char* path : {"gopkg.in/yaml.v3", "example.com", "a/ä b", "%", "a%2"}) {
        CHECK(unescape_import_path(escape_import_path(path)) == path);
    }
}

TEST_CASE("the words of a type are told from the fields and methods that it has") {
    std::vector<std::string> types;
    std::vector<std::string> members;
    const auto note = [&](std::string_view word, WordRole role) {
        (role == WordRole::type ? types : members).emplace_back(word);
        return std::string(word);
    };
    const std::string text =
        R"(go.shape.struct { main.t map[string]*a/b%2ec.T "x:\"a.B\""; d.E; f.G[int]; F func(...h.I) <-chan j.K })";
    CHECK(replace_words(text, note) == text);
    CHECK(types ==
          std::vector<std::string>{"go.shape.struct", "map", "string", "a/b%2ec.T", "d.E", "f.G", "int", "h.I", "j.K"});
    CHECK(members == std::vector<std::string>{"main.t", R"("x:\"a.B\"")", "F", "func", "-chan"});
}
