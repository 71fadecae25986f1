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
