#include "pgoprof/codec/format.h"

#include <catch2/catch.hpp>
#include <string>

#include "pgoprof/base/gzip.h"
#include "support/testdata.h"

using namespace pgoprof;
using namespace pgoprof::testing;
using namespace std::literals;

namespace {

std::string detected(std::string_view content) {
    const auto format = detect_format(as_bytes(content));
    return format ? std::string(format_name(*format)) : format.error().message;
}

bool says(std::string_view content, std::string_view what) { return detected(content).find(what) != std::string::npos; }

std::string inflated_testdata(const std::string& name) {
    const std::string stored = read_testdata(name);
    Budget budget(kGiB);
    Buffer inflated;
    REQUIRE(gunzip(as_bytes(stored), budget, inflated));
    return std::string(inflated.text());
}

std::string words64(std::initializer_list<std::uint64_t> words) {
    std::string bytes;
    for (const std::uint64_t word : words) bytes.append(reinterpret_cast<const char*>(&word), sizeof(word));
    return bytes;
}

}  // namespace

TEST_CASE("Names of formats are unique and found again") {
    for (const Format format : kFormats) {
        CHECK(format_named(format_name(format)) == format);
        CHECK_FALSE(format_description(format).empty());
    }
    CHECK_FALSE(format_named("perf"));
    CHECK_FALSE(format_named(""));
}

TEST_CASE("A format is told by its content") {
    CHECK(detected(inflated_testdata("real/mixed-go1.26.pprof")) == "pprof");
    CHECK(detected(inflated_testdata("real/heap-go1.19.pprof")) == "pprof");
    CHECK(detected("GO PREPROFILE V1\nmain.f\nmain.g\n1 2\n") == "preprofile");
    CHECK(detected("PERFILE2\x68\0\0\0\0\0\0\0"sv) == "perf-data");
    CHECK(detected("# captured on: x\nserver  1234 [001]  567.890123:     250000 cpu-clock:u: \n"
                   "\t          45f0a1 main.f+0x21 (/usr/bin/server)\n") == "perf-script");
    CHECK(detected("a b;c 1234  567.890123: cycles: \n\t  45f0a1 [unknown] ([unknown])\n") == "perf-script");
    CHECK(detected("main.main;main.f 12\nmain.main 3\n") == "folded");
    CHECK(detected("main 3\r\nmain;my func(int, char)   12\r\n\r\n") == "folded");
    CHECK(detected(words64({0, 3, 0, 10000, 0, 1, 1, 0x45f0a1})) == "gperftools");
    CHECK(detected("\0\0\0\0\3\0\0\0\0\0\0\0\x10\x27\0\0\0\0\0\0"sv) == "gperftools");
    CHECK(detected("\0\0\0\0\0\0\0\3\0\0\0\0\0\0\x27\x10\0\0\0\0"sv) == "gperftools");
    CHECK(detected(" {\"profiles\": [{\"meta\": 1, \"threads\": 2}], \"shared\": {\"frames\": []}}") == "speedscope");
    CHECK(detected("{\"meta\":{\"shared\":1,\"profiles\":\"\\\"shared\"},\"libs\":[],\"threads\":[]}") == "firefox");
    CHECK(detected("\x0a\x02\x12\x00\x12\x03\x2a\x01\x61"sv) == "otlp");
}

TEST_CASE("Damaged content counts as what it began as") {
    const std::string profile = inflated_testdata("real/mixed-go1.26.pprof");
    CHECK(detected(profile.substr(0, profile.size() / 2)) == "pprof");
    CHECK(detected(profile.substr(0, 3)) == "pprof");
    CHECK(detected("GO PREPROFILE V1\nmain.f\n") == "preprofile");
    CHECK(detected("{\"shared\": {}, \"profiles\": [") == "speedscope");
}

TEST_CASE("What cannot be read is called by its name") {
    CHECK(detected("") == "the file is empty");
    CHECK(says("<!DOCTYPE html>", "HTML"));
    CHECK(says("goroutine profile: total 5\n5 @ 0x1 0x2\n", "goroutine profile"));
    CHECK(says("goroutine 1 [running]:\nmain.main()\n", "dump of goroutines"));
    CHECK(says("heap profile: 1: 2 [3: 4] @ heap/1048576\n", "legacy pprof"));
    CHECK(says("go 1.22 trace\0\0\0"sv, "execution trace"));
    CHECK(says("FLR\0\0\2"sv, "Java Flight Recorder"));
    CHECK(says("File: server\nType: cpu\n", "report of go tool pprof"));
    CHECK(says("{\"traceEvents\": []}", "trace events"));
    CHECK(says("[{\"ph\": \"X\"}]", "array"));
    CHECK(says("{\"resourceProfiles\": []}", "only its protobuf is read"));
    CHECK(says("{\"a\": 1}", "this is JSON"));
    CHECK(says("{", "this is JSON"));
    CHECK(says("hello there\nmy count is 12\n", "text"));
    CHECK(says("lorem ipsum 12\n", "text"));
    CHECK(says("\xff\xfe\xfd"sv, "none of the formats"));
    const auto refused = detect_format(as_bytes("hello"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().rule == "PGO107");
    CHECK(refused.error().remedy.find("perf-script, folded") != std::string::npos);
}
