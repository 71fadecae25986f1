#include "pgoprof/gosource/module_file.h"

#include <catch2/catch.hpp>

using namespace pgoprof;

TEST_CASE("Directives stand alone or in a block") {
    using Values = std::vector<std::string>;
    CHECK(module_directives("go 1.25\nuse ./a // b\nuse (\n\t./c\n\t\"./d e\"\n\n\t// ./f\n\t`./g`\n)\nuse ./h\n",
                            "use") == Values{"./a", "./c", "./d e", "./g", "./h"});
    CHECK(module_directives("replace (\nuse => ./x\n)\nuse\n", "use").empty());
    CHECK(module_directives("ignore(\n./x\n)\r\nignore y\r\n", "ignore") == Values{"./x", "y"});
    CHECK(module_directives("use \"./a", "use") == Values{"./a"});
    CHECK(module_directives("use ()\nuse ./a// b\n", "use") == Values{"./a"});
}

TEST_CASE("What the go command refuses in a go.work is told by its line") {
    const auto fault = [](std::string_view text) {
        const auto found = find_workspace_fault(text);
        return found ? std::to_string(found->line) + ": " + found->message : "";
    };
    CHECK(fault("// x\ngo 1.25.0\ntoolchain go1.26.0\n\nuse (\n\t./a // x\n\n\t\"./b c\"\n)\nuse ./d\nuse ()\n"
                "godebug x=1\nreplace (\n\ta => b // c\n\ta v1 => b v2\n)\n")
              .empty());
    CHECK(fault("").empty());
    CHECK(fault("go 1.25\n\nuses ./a\nusing ./a\n") == "3: unknown directive: uses");
    CHECK(fault("use ./a\nuses (\n./a\n)\n") == "2: unknown block type: uses");
    CHECK(fault("go (\n1.25\n)\n") == "1: unknown block type: go");
    CHECK(fault("use ./a ./b\n") == "1: usage: use local/dir");
    CHECK(fault("use (\n./a\n./b ./c\n)\n") == "3: usage: use local/dir");
    CHECK(fault("use (./a)\n") == "1: usage: use local/dir");
    CHECK(fault("use\n") == "1: usage: use local/dir");
    CHECK(fault("go 1.25\nuse (\n./a\n") == "2: unterminated block");
    CHECK(fault("use ./a\n)\n") == "2: unknown directive: )");
    CHECK(fault("<<<<<<< HEAD\nuse ./a\n") == "1: unknown directive: <<<<<<<");
}

TEST_CASE("Folders are ignored at the root or anywhere, with all below them") {
    const IgnoredFolders ignored({"./build", "node_modules", "./a/b"});
    for (const char* folder : {"build", "build/x", "node_modules", "x/node_modules/y", "a/b", "a/b/c"}) {
        CAPTURE(folder);
        CHECK(ignored.contains(folder));
    }
    for (const char* folder : {"x/build", "builds", "a", "a/bc", "my_node_modules", "."}) {
        CAPTURE(folder);
        CHECK_FALSE(ignored.contains(folder));
    }
    CHECK_FALSE(IgnoredFolders().contains("x"));
}
