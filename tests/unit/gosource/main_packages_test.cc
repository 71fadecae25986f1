#include "pgoprof/gosource/main_packages.h"

#include <catch2/catch.hpp>

#include "support/folder.h"

using namespace pgoprof;
using pgoprof::testing::Folder;
using Paths = std::vector<std::string>;

namespace {

constexpr const char* kMain = "package main\n\nfunc main() {}\n";

void write_command(const Folder& folder, const std::string& name) {
    folder.write(name + "/main.go", kMain);
    folder.write(name + "/default.pgo");
}

}  // namespace

TEST_CASE("Profiles are told by whether a main package is beside them") {
    const Folder folder;
    folder.write("go.mod", "module m\n");
    write_command(folder, ".");
    write_command(folder, "cmd/b");
    folder.write("cmd/a/main.go", kMain);
    folder.write("lib/lib.go", "package lib\n");
    folder.write("lib/gen.go", "//go:build ignore\n\npackage main\n");
    folder.write("lib/default.pgo");
    folder.write("only_test/x_test.go", kMain);
    folder.write("windows/x_windows.go", "package main\n");
    const auto found = find_main_packages(folder.path());
    REQUIRE(found);
    CHECK(found->profiles == Paths{"cmd/b/default.pgo", "default.pgo"});
    CHECK(found->without_profile == Paths{"cmd/a", "windows"});
    CHECK(found->stray_profiles == Paths{"lib/default.pgo"});
}

TEST_CASE("A default.pgo need only exist, as for the go command") {
    const Folder folder;
    folder.write("go.mod", "module m\n");
    folder.write("folder/main.go", kMain);
    write_command(folder, "folder/default.pgo");
    folder.write("lost/main.go", kMain);
    std::filesystem::create_symlink("missing", folder.file("lost/default.pgo"));
    const auto found = find_main_packages(folder.path());
    REQUIRE(found);
    CHECK(found->profiles == Paths{"folder/default.pgo", "folder/default.pgo/default.pgo"});
    CHECK(found->without_profile == Paths{"lost"});
}

TEST_CASE("Nested modules belong to the search if go.work uses them, or if there is nothing around them") {
    const Folder folder;
    write_command(folder, "a");
    write_command(folder, "b");
    write_command(folder, "b/c");
    folder.write("a/go.mod", "module a\n");
    folder.write("b/c/go.mod", "module c\n");
    const auto profiles = [&](const std::string& gowork = {}) {
        const auto found = find_main_packages(folder.path(), gowork);
        REQUIRE(found);
        return found->profiles;
    };
    CHECK(profiles() == Paths{"a/default.pgo", "b/c/default.pgo", "b/default.pgo"});
    folder.write("go.mod", "module m\n");
    CHECK(profiles() == Paths{"b/default.pgo"});
    const std::string workspace = folder.write("go.work", "go 1.25\n\nuse (\n\t.\n\t./a\n\t../elsewhere\n)\n");
    CHECK(profiles() == Paths{"a/default.pgo", "b/default.pgo"});
    CHECK(profiles("off") == Paths{"b/default.pgo"});
    std::filesystem::rename(workspace, folder.file("other.work"));
    CHECK(profiles(folder.file("other.work")) == Paths{"a/default.pgo", "b/default.pgo"});
    CHECK_FALSE(find_main_packages(folder.path(), folder.file("missing.work")));
}

TEST_CASE("A go.work that Go refuses ends the search") {
    const Folder folder;
    write_command(folder, "a");
    folder.write("a/go.mod", "module a\n");
    const std::string workspace = folder.write("go.work", "go 1.25\nuses ./a\n");
    const auto found = find_main_packages(folder.path());
    REQUIRE_FALSE(found);
    CHECK(found.error().code == ErrorCode::io_failure);
    CHECK(found.error().input.ends_with("/go.work:2"));
    CHECK(found.error().message == "unknown directive: uses");
    CHECK(find_main_packages(folder.path(), "off"));
}

TEST_CASE("A folder that cannot be read is an error") {
    const auto found = find_main_packages("/nonexistent/folder");
    REQUIRE_FALSE(found);
    CHECK(found.error().code == ErrorCode::io_failure);
    CHECK(found.error().input == "/nonexistent/folder");
}
