#include "pgoprof/io/input_files.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "pgoprof/base/limits.h"
#include "support/folder.h"

using namespace pgoprof;
using pgoprof::testing::Folder;
namespace fs = std::filesystem;

namespace {

Result<std::vector<InputFile>> read_list(const std::string& content) {
    const Folder folder;
    return read_input_list(folder.write("list", content), kMiB);
}

}  // namespace

TEST_CASE("A list has a path a line, and may have weights and digests") {
    const std::string hex(64, 'a');
    const auto files = read_list("a.pprof\nb c\t3\nd\t\t" + hex + "\ne\t9223372036854775807\t" + hex + "\n#f\t\t\ng");
    REQUIRE(files);
    const auto digest = parse_sha256(hex);
    CHECK(*files == std::vector<InputFile>{{.path = "a.pprof"},
                                           {.path = "b c", .weight = 3},
                                           {.path = "d", .sha256 = digest},
                                           {.path = "e", .weight = INT64_MAX, .sha256 = digest},
                                           {.path = "#f"},
                                           {.path = "g"}});
    CHECK(read_list("")->empty());
}

TEST_CASE("A bad line is named by its number") {
    const std::string hex(64, 'a');
    for (const std::string& line :
         {std::string(), std::string("\t1"), std::string("-"), std::string("a\0b", 3), "a\t1\t" + hex + "\tmore",
          std::string("a\t0"), std::string("a\t-1"), std::string("a\t+1"), std::string("a\t1.5"), std::string("a\t 1"),
          std::string("a\t1 "), std::string("a\t9223372036854775808"), std::string("a\t1\tabc"), "a\t1\t" + hex + "0",
          "a\t" + hex}) {
        const auto files = read_list("good\n" + line + "\ngood\n");
        INFO(line);
        REQUIRE_FALSE(files);
        CHECK(files.error().code == ErrorCode::invalid_content);
        CHECK(files.error().message.starts_with("line 2: "));
        CHECK(files.error().input.ends_with("/list"));
    }
    CHECK(read_input_list("/nowhere/at/all", kMiB).error().code == ErrorCode::io_failure);
}

TEST_CASE("The files below a folder are the regular ones that do not hide") {
    const Folder folder;
    const std::string base = folder.path().native() + "/";
    for (const std::string name : {"b.pprof", "a/z", "a/b/c", "a.b", ".hidden", ".git/x", "a/.pgoprof-0.tmp", "-"}) {
        folder.write(name);
    }
    const Folder outside;
    outside.write("far");
    fs::create_symlink(outside.path() / "far", base + "link");
    fs::create_symlink(outside.path(), base + "folder-link");
    fs::create_symlink(base, base + "a/loop");
    fs::create_symlink("nowhere", base + "dangling");
    REQUIRE(::mkfifo((base + "fifo").c_str(), 0600) == 0);
    const auto files = files_below(folder.path());
    REQUIRE(files);
    CHECK(*files == std::vector<std::string>{base + "-", base + "a.b", base + "a/b/c", base + "a/z", base + "b.pprof",
                                             base + "dangling", base + "link"});
    CHECK(is_directory(base));
    CHECK(is_directory(base + "folder-link"));
    CHECK_FALSE(is_directory(base + "b.pprof"));
    CHECK_FALSE(is_directory(base + "missing"));
    const auto missing = files_below(base + "missing");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == ErrorCode::io_failure);
}
