#include "pgoprof/codec/firefox_profile.h"

#include <catch2/catch.hpp>
#include <string>

#include "pgoprof/base/gzip.h"
#include "support/foreign.h"
#include "support/testdata.h"

using namespace pgoprof;
using namespace pgoprof::testing;

namespace {

constexpr std::string_view kTables = R"(
    "frameTable": {"length": 5, "address": [16, 32, 32, -1, 99], "inlineDepth": [0, 0, 1, 0, 0],
                   "func": [0, 1, 2, 3, 4], "line": [10, 20, 30, null, null]},
    "funcTable": {"length": 5, "name": [0, 1, 2, 3, 5], "fileName": [4, 4, 4, null, null],
                  "resource": [0, 0, 0, -1, 1], "lineNumber": [null, null, null, null, null]},
    "resourceTable": {"length": 2, "lib": [0, 1], "name": [0, 0]},
    "stackTable": {"length": 5, "prefix": [null, 0, 1, 0, 1], "frame": [0, 1, 2, 3, 4]},
    "stringArray": ["main.main", "main.f", "main.inlined", "label", "main.go", "0x63"])";

std::string thread(std::string_view pid, std::string_view samples, std::string_view tables = kTables) {
    return fmt::format(R"({{"name": "t", "processName": "server", "pid": {}, "tid": 7, "samples": {}{}{}}})", pid,
                       samples, tables.empty() ? "" : ",", tables);
}

std::string file(std::string_view threads, std::string_view more = "") {
    return fmt::format(R"({{"meta": {{"preprocessedProfileVersion": 55, "interval": 2.5, "startTime": 1000}},
        "libs": [{{"path": "/usr/bin/server", "codeId": "abcd"}}, {{"path": "[kernel.kallsyms]"}}], {}
        "threads": [{}]}})",
                       more, threads);
}

constexpr std::string_view kSamples =
    R"({"length": 5, "weightType": "samples", "stack": [2, 1, 2, null, 4], "weight": [1, 2, 1, 1, 1],
        "timeDeltas": [5, 2.5, 2.5, 2.5, 2.5]})";

struct Recorded {
    RecordingInfo info;
    std::string text;
    std::string error;
};

Recorded record(std::string_view json) {
    Recorded seen;
    const auto visit = [&](const RecordingItem& item) -> Result<> {
        if (const auto* name = std::get_if<RecordedName>(&item)) {
            seen.text += fmt::format("{} is {}\n", name->pid, name->name);
        } else if (const auto* mapping = std::get_if<RecordedMapping>(&item)) {
            seen.text += fmt::format("{} maps {} {} at {:x}\n", mapping->pid, mapping->filename, mapping->build_id,
                                     mapping->start >> 40);
        } else if (const auto* sample = std::get_if<RecordedSample>(&item)) {
            seen.text += fmt::format("{}*{}{}:", sample->count, sample->period, sample->in_kernel ? " kernel" : "");
            for (const std::uint64_t address : sample->chain) seen.text += fmt::format(" {:x}", address & 0xffffffffff);
            seen.text += '\n';
        }
        return {};
    };
    const auto read = read_firefox(as_bytes(json), Limits{}, seen.info, visit);
    if (!read) seen.error = read.error().message;
    return seen;
}

std::string real_samply() {
    const std::string stored = read_testdata("foreign/samply-0.13.1.json.gz");
    Budget budget(kGiB);
    Buffer inflated;
    REQUIRE(gunzip(as_bytes(stored), budget, inflated));
    return std::string(inflated.text());
}

}  // namespace

TEST_CASE("A profile of the Firefox profiler gives names, inlined ones in the location of their caller") {
    const std::string text = file(thread("\"12.1\"", kSamples) + "," + thread("13", kSamples));
    const auto decoded = decode_foreign(decode_firefox, text);
    REQUIRE(decoded);
    const Profile& profile = decoded->profile;
    CHECK(types_text(profile) == "samples/count");
    CHECK(stacks_text(profile) ==
          "main.main:10 main.f:20,main.inlined:30 = 4\n"
          "main.main:10 main.f:20 = 4\n"
          "main.main:10 main.f:20 [0x63] = 2\n");
    CHECK(profile.time_nanos == 1'000'000'000);
    CHECK(profile.duration_nanos == 10'000'000);
    REQUIRE(profile.mappings.size() == 2);
    CHECK(profile.strings[profile.mappings[0].build_id] == "abcd");
    REQUIRE(decoded->notes.size() == 2);
    CHECK(decoded->notes[0] == "2 threads are added up");
}

TEST_CASE("Tables that threads share are read, too") {
    const std::string text = file(thread("1", kSamples, ""), fmt::format(R"("shared": {{{}}},)", kTables));
    CHECK(
        stacks_text(require_profile(decode_firefox, text)).starts_with("main.main:10 main.f:20,main.inlined:30 = 2\n"));
}

TEST_CASE("Samples without CPU time are left out and counted") {
    const std::string text =
        file(thread("1", R"({"stack": [0, 0, 1], "threadCPUDelta": [100, 0, null], "weightType": "tracing-ms"})"));
    const auto decoded = decode_foreign(decode_firefox, text);
    REQUIRE(decoded);
    CHECK(types_text(decoded->profile) == "cpu/nanoseconds");
    CHECK(stacks_text(decoded->profile) == "main.main:10 = 1000000\nmain.main:10 main.f:20 = 1000000\n");
    CHECK(decoded->notes.at(0) == "samples without CPU time are left out: 1");
}

TEST_CASE("The same by address is a recording") {
    const Recorded seen = record(file(thread("\"12.1\"", kSamples)));
    CHECK(seen.text ==
          "12 is server\n"
          "12 maps /usr/bin/server abcd at 1\n"
          "2*2500000: 20 11\n"
          "2*2500000: 20 11\n"
          "1*2500000 kernel: 20 11\n");
    CHECK(seen.error.empty());
    CHECK(seen.info.time_nanos == 1'000'000'000);
    const std::string tables = R"("frameTable": {"func": [0]}, "funcTable": {"name": [0]},
        "stackTable": {"frame": [0], "prefix": [null]}, "stringArray": ["f"])";
    const std::string by_name = file(thread("1", R"({"stack": [0]})", tables));
    CHECK(record(by_name).error == "no frame of the profile has an address");
    CHECK(stacks_text(require_profile(decode_firefox, by_name)) == "f = 1\n");
}

TEST_CASE("What samply wrote is read as it is") {
    const std::string text = real_samply();
    const Recorded seen = record(text);
    CHECK(seen.error.empty());
    CHECK(seen.text.find("26928 maps /home/user/sam/sam adc665279f2896e5b9707c55eca0e7c2eaff2ab9") !=
          std::string::npos);
    CHECK(seen.text.find("1*2004008: ") != std::string::npos);
    const Profile profile = require_profile(decode_firefox, text);
    std::int64_t total = 0;
    for (std::size_t i = 0; i < profile.sample_count(); ++i) total += profile.sample_values(i)[0];
    CHECK(total == 40 + 2 + 75 + 51 + 12);
}

TEST_CASE("Profiles of the Firefox profiler that are not sound are refused") {
    const auto refused = [](const std::string& text, std::string_view why) {
        CHECK(require_error(decode_firefox, text).find(why) != std::string::npos);
    };
    refused("{", "malformed JSON");
    refused("{}", "as it was captured");
    refused(R"({"meta": {"preprocessedProfileVersion": 1}})", "threads is no array");
    const auto with = [](std::string_view tables) { return file(thread("1", R"({"stack": [0]})", tables)); };
    refused(with(""), "a sample without a stack");
    refused(with(R"("frameTable": {"func": [0]})"), "a frame without a function");
    refused(with(R"("stackTable": {"frame": [0], "prefix": []})"), "no prefix");
    refused(with(R"("stackTable": {"frame": [0], "prefix": [null]})"), "a stack without a frame");
    const std::string base = R"("frameTable": {"func": [0]}, "funcTable": {"name": [0]},)";
    refused(with(base + R"("stackTable": {"frame": [0], "prefix": [0]})"), "prefix comes after");
    refused(file(thread("1", R"({"stack": [0, 0], "weight": [9223372036854775807, 1]})")), "overflows");
    refused(file(thread("1", R"({"stack": [0], "weightType": "fish"})")), "unknown weights");
}

TEST_CASE("Every prefix and bit flip of a Firefox profile ends in a value or an error") {
    const std::string text = file(thread("1", kSamples));
    damage(decode_firefox, text);
    std::string damaged = text;
    for (std::size_t bit = 0; bit < damaged.size() * 8; bit += 3) {
        const auto flip = static_cast<char>(1 << bit % 8);
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ flip);
        (void)record(damaged);
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ flip);
    }
}
