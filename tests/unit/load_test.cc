#include "pgoprof/load.h"

#include <catch2/catch.hpp>

#include "pgoprof/base/gzip.h"
#include "support/testdata.h"
#include "support/wire_builder.h"

using namespace pgoprof;
using namespace pgoprof::testing;

namespace {

/// What the error says, or "loaded".
std::string outcome(std::string_view stored, Limits limits = {}) {
    Loader loader(limits);
    const auto content = loader.load_bytes(as_bytes(stored), "name");
    if (content) return "loaded";
    CHECK(content.error().input == "name");
    return content.error().message;
}

std::string gzipped(std::string_view text) { return std::string(gzip(as_bytes(text)).text()); }

}  // namespace

TEST_CASE("A file is told by its content") {
    Loader loader;
    const auto holds_edges = [&](std::string_view stored) {
        const auto content = loader.load_bytes(as_bytes(stored), "name");
        REQUIRE(content);
        return std::holds_alternative<const EdgeProfile*>(*content);
    };
    CHECK(holds_edges("GO PREPROFILE V1\na\nb\n1 2\n"));
    CHECK_FALSE(holds_edges(""));
    CHECK_FALSE(holds_edges(gzipped("")));
    CHECK_FALSE(holds_edges(wire_bytes(6, "")));
    CHECK_FALSE(holds_edges(gzipped(wire_bytes(6, ""))));
    CHECK_FALSE(holds_edges(read_testdata("real/mixed-go1.26.pprof")));
}

TEST_CASE("What is plainly something else is called by its name") {
    const auto is = [](std::string_view what) { return "not a pprof profile: this is " + std::string(what); };
    CHECK(outcome("<!DOCTYPE html><html>") == is("an HTML or XML page"));
    CHECK(outcome(" \n<html>") == is("an HTML or XML page"));
    CHECK(outcome("{\"pprof\": 1}") == is("JSON"));
    CHECK(outcome(gzipped(gzipped("x"))) == is("gzipped twice"));
    CHECK(outcome("PERFILE2\x68\0\0\0") == is("a perf.data recording; pgo-convert makes a profile of it"));
    CHECK(outcome("main.main;main.work 3\n") == is("folded stacks; pgo-convert makes a profile of it"));
    CHECK(outcome("\x7f"
                  "ELF\2\1\1") == is("an ELF binary"));
    CHECK(outcome("PK\3\4\x14") == is("a ZIP archive"));
    CHECK(outcome("go 1.26 trace\0\0\0") == is("a Go execution trace"));
    CHECK(outcome("heap profile: 1: 2 [3: 4] @ heap/1048576\n") == is("a text profile of the legacy pprof format"));
    CHECK(outcome("goroutine profile: total 4\n") == is("a text goroutine profile (?debug=1)"));
    CHECK(outcome(gzipped("GO PREPROFILE V1\na\nb\n1 2\n")) == is("preprofiled call edges, compressed or damaged"));
    CHECK(outcome("root:x:0:0:root:/root:/bin/bash\n") == is("text"));
    CHECK(outcome("\xff\xff\xff") == "truncated profile: a field runs past the end of its message");
}

TEST_CASE("A gzip file may not inflate beyond the budget") {
    const std::string zeros(3 * kMiB, '\0');
    CHECK(outcome(gzipped(zeros), {.budget_base = kMiB}) == "the profile exceeds a size limit");
}

TEST_CASE("A loader that refused a file loads the next") {
    Loader loader;
    const std::string good = read_testdata("real/mixed-go1.26.pprof");
    for (int i = 0; i < 3; ++i) {
        CHECK_FALSE(loader.load_bytes(as_bytes(good).first(good.size() / 2), "half"));
        const auto content = loader.load_bytes(as_bytes(good), "whole");
        REQUIRE(content);
        CHECK(std::get<const RawProfile*>(*content)->sample_count() > 0);
        CHECK(loader.stored_bytes() == good.size());
        CHECK(loader.inflated_bytes() > good.size());
    }
}

TEST_CASE("Tools that need a profile get neither edges nor nothing") {
    Loader loader;
    const auto missing = load_profile(loader, "/nowhere/at/all");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == ErrorCode::io_failure);
    const auto empty = load_profile(loader, "/dev/null");
    REQUIRE_FALSE(empty);
    CHECK(empty.error().message == "the file is empty");
}
