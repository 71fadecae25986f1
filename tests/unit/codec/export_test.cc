#include "pgoprof/codec/export.h"

#include <array>
#include <catch2/catch.hpp>
#include <string>

#include "pgoprof/model/profile_builder.h"
#include "support/foreign.h"

using namespace pgoprof;
using namespace pgoprof::testing;

namespace {

using Encode = Result<> (*)(const Profile&, const WriteBytes&);

std::string encoded(Encode encode, const Profile& profile) {
    std::string text;
    REQUIRE(encode(profile, [&](ByteView piece) -> Result<> {
        text += as_text(piece);
        return {};
    }));
    return text;
}

/// main.main calls main.f, which calls itself; main.inlined is inlined into it. Two sample types.
Profile recursive() {
    ProfileBuilder builder;
    Profile& profile = builder.profile;
    profile.sample_types.push_back({builder.string("samples"), builder.string("count")});
    profile.sample_types.push_back({builder.string("cpu"), builder.string("nanoseconds")});
    const auto line = [&](std::string_view name, std::int64_t number) {
        return Line{.function = builder.function(name, "main.go", 1), .line = number};
    };
    const std::array root{line("main.main", 3)};
    const std::array f{line("main.f", 5)};
    const std::array leaf{line("main.inlined", 9), line("main.f", 6)};
    const LocationId a = builder.location(kNone<MappingId>, 0x10, root);
    const LocationId b = builder.location(kNone<MappingId>, 0x20, f);
    const LocationId c = builder.location(kNone<MappingId>, 0x30, leaf);
    const LocationId unknown = builder.location(kNone<MappingId>, 0x40, {});
    const std::array<std::int64_t, 2> values{2, 20};
    REQUIRE(builder.add_sample(std::array{c, b, b, a}, values));
    REQUIRE(builder.add_sample(std::array{unknown, a}, values));
    REQUIRE(builder.add_sample(std::array{a}, values));
    return std::move(profile);
}

}  // namespace

TEST_CASE("A function that recurs counts once in callgrind's inclusive costs") {
    CHECK(encoded(encode_callgrind, recursive()) ==
          "# callgrind format\nversion: 1\ncreator: pgoprof\npositions: line\n"
          "events: samples_count cpu_nanoseconds\n"
          "\nfl=main.go\nfn=main.main\n3 2 20\n"
          "cfi=main.go\ncfn=main.f\ncalls=2 1\n3 2 20\n"
          "cfi=???\ncfn=[unknown]\ncalls=2 0\n3 2 20\n"
          "\nfl=main.go\nfn=main.f\ncfi=main.go\ncfn=main.inlined\ncalls=2 1\n6 2 20\n"
          "\nfl=main.go\nfn=main.inlined\n9 2 20\n"
          "\nfl=???\nfn=[unknown]\n0 2 20\n"
          "\ntotals: 6 60\n");
}

TEST_CASE("What speedscope holds comes back") {
    const std::string text = encoded(encode_speedscope, recursive());
    const Profile again = require_profile(decode_speedscope, text);
    CHECK(types_text(again) == "samples/count cpu/nanoseconds");
    CHECK(stacks_text(again) ==
          "main.main:3 = 2 20\n"
          "main.main:3 main.f:5 main.f:5 main.f:6 main.inlined:9 = 2 20\n"
          "main.main:3 [0x0] = 2 20\n");
    // Only the order of the samples is another.
    CHECK(encoded(encode_speedscope, again).size() == text.size());
}

TEST_CASE("What a format cannot hold is said") {
    const Profile profile = recursive();
    CHECK(losses(profile, OutputFormat::pprof, 0).empty());
    CHECK(losses(profile, OutputFormat::text, 0).empty());
    CHECK(losses(profile, OutputFormat::json, 0).empty());
    const auto folded = losses(profile, OutputFormat::folded, 1);
    REQUIRE_FALSE(folded.empty());
    CHECK(folded.back() == "folded cannot hold more than one sample type: cpu/nanoseconds is written");
    CHECK(losses(Profile{}, OutputFormat::speedscope, 0).empty());
    for (const OutputFormat format : kOutputFormats) CHECK(output_format_named(format_name(format)) == format);
    CHECK_FALSE(output_format_named("svg"));
}

TEST_CASE("The first error of the writer ends an encoder") {
    const WriteBytes full = [](ByteView) -> Result<> { return fail(ErrorCode::io_failure, "no space left"); };
    for (const Encode encode : {encode_speedscope, encode_callgrind, encode_text, encode_json}) {
        CHECK_FALSE(encode(recursive(), full));
    }
}
