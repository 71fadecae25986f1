#include <catch2/catch.hpp>
#include <string>

#include "support/foreign.h"

using namespace pgoprof;
using namespace pgoprof::testing;

namespace {

std::string file(const std::string& profiles, const std::string& more = "") {
    return R"({"$schema": "https://www.speedscope.app/file-format-schema.json", "shared": {"frames": [)"
           R"({"name": "main.main", "file": "main.go", "line": 10}, {"name": "main.f"}, {"name": "[unknown]"}]},)" +
           more + R"("profiles": [)" + profiles + "]}";
}

std::string sampled(const std::string& unit, const std::string& samples, const std::string& weights,
                    const std::string& name = "main") {
    return R"({"type": "sampled", "name": ")" + name + R"(", "unit": ")" + unit +
           R"(", "startValue": 0, "endValue": 1, "samples": )" + samples + R"(, "weights": )" + weights + "}";
}

std::string evented(const std::string& events) {
    return R"({"type": "evented", "name": "t", "unit": "microseconds", "startValue": 1.5, "endValue": 20, "events": [)" +
           events + "]}";
}

std::string notes_of(const std::string& text) {
    const auto decoded = decode_foreign(decode_speedscope, text);
    REQUIRE(decoded);
    std::string notes;
    for (const std::string& note : decoded->notes) notes += note + "\n";
    return notes;
}

}  // namespace

TEST_CASE("Sampled profiles become samples, the units of several sample types") {
    const std::string text =
        file(sampled("none", "[[0,1],[0],[0,1],[]]", "[3,2,1,7]") + "," +
             sampled("seconds", "[[0,1],[0,2]]", "[0.01,1e-9]") + "," + sampled("milliseconds", "[[0,1]]", "[1.5]"));
    const Profile profile = require_profile(decode_speedscope, text);
    CHECK(types_text(profile) == "samples/count cpu/nanoseconds");
    CHECK(stacks_text(profile) ==
          "main.main:10 = 2 0\n"
          "main.main:10 main.f = 4 11500000\n"
          "main.main:10 [0x0] = 0 1\n");
    CHECK(notes_of(text).find("2 profiles of cpu/nanoseconds are added up") != std::string::npos);
    CHECK(notes_of(text).find("wall clock") != std::string::npos);
}

TEST_CASE("Evented profiles count each function's own time") {
    const std::string text = file(evented(R"({"type":"O","at":2,"frame":0},{"type":"O","at":3,"frame":1},
        {"type":"C","at":5.25,"frame":1},{"type":"O","at":6,"frame":1})"));
    CHECK(stacks_text(require_profile(decode_speedscope, text)) ==
          "main.main:10 = 1750\n"
          "main.main:10 main.f = 16250\n");
    CHECK(notes_of(text).find("spans") != std::string::npos);
}

TEST_CASE("Profiles that pgoprof wrote keep their sample types") {
    const std::string text = file(sampled("bytes", "[[0]]", "[3]", "alloc_space/bytes") + "," +
                                      sampled("bytes", "[[0]]", "[4]", "inuse_space/bytes"),
                                  R"("exporter": "pgoprof 0.1.0",)");
    const Profile profile = require_profile(decode_speedscope, text);
    CHECK(types_text(profile) == "alloc_space/bytes inuse_space/bytes");
    CHECK(stacks_text(profile) == "main.main:10 = 3 4\n");
}

TEST_CASE("Speedscope files that are not sound are refused") {
    const auto refused = [](const std::string& text, std::string_view why) {
        INFO(text);
        CHECK(require_error(decode_speedscope, text).find(why) != std::string::npos);
    };
    refused("", "malformed JSON");
    refused("{} x", "malformed JSON");
    refused("{\"shared\": {\"frames\": [{\"name\": \"\xff\"}]}}", "malformed JSON");
    refused("[]", "shared.frames");
    refused(file(""), "no profile");
    refused(file(sampled("parsecs", "[]", "[]")), "unknown unit 'parsecs'");
    refused(file(sampled("none", "[[0]]", "[]")), "as many weights");
    refused(file(sampled("none", "[[3]]", "[1]")), "shared.frames does not have");
    refused(file(sampled("none", "[[-1]]", "[1]")), "shared.frames does not have");
    refused(file(sampled("none", "[[0.5]]", "[1]")), "shared.frames does not have");
    refused(file(sampled("none", "[0]", "[1]")), "no array of frames");
    refused(file(sampled("none", "[[0]]", "[\"1\"]")), "64 bits");
    refused(file(sampled("seconds", "[[0]]", "[1e300]")), "64 bits");
    refused(file(sampled("seconds", "[[0]]", "[9223372036]") + "," + sampled("seconds", "[[0]]", "[9223372036]")),
            "overflows");
    refused(file(evented(R"({"type":"O","at":1,"frame":0})")), "before the one");
    refused(file(evented(R"({"type":"C","at":2,"frame":0})")), "another frame");
    refused(file(evented(R"({"type":"O","at":2,"frame":0},{"type":"C","at":3,"frame":1})")), "another frame");
    refused(file(evented(R"({"type":"X","at":2,"frame":0})")), "unknown type of event");
    refused(std::string(200, '['), "nested too deeply");
}

TEST_CASE("Every prefix and bit flip of a speedscope file ends in a value or an error") {
    damage(decode_speedscope, file(sampled("seconds", "[[0,1],[0]]", "[1.5,2]") + "," +
                                   evented(R"({"type":"O","at":2,"frame":0},{"type":"C","at":3,"frame":0})")));
}

TEST_CASE("Deep stacks that come and go often cost no more than the file's size allows") {
    std::string events;
    for (int i = 0; i < 20'000; ++i) events += R"({"type":"O","at":2,"frame":0},)";
    for (int i = 0; i < 20'000; ++i) events += R"({"type":"C","at":3,"frame":0},{"type":"O","at":3,"frame":0},)";
    events.pop_back();
    CHECK(stacks_text(require_profile(decode_speedscope, file(evented(events)))).ends_with("= 18000\n"));
    std::string quadratic;  // every depth is a stack of its own
    for (int i = 0; i < 10'000; ++i)
        quadratic += R"({"type":"O","at":)" + std::to_string(2 + i * 1e-3) + R"(,"frame":0},)";
    quadratic.pop_back();
    CHECK(decode_foreign(decode_speedscope, file(evented(quadratic))).error().rule == "PGO106");
}
