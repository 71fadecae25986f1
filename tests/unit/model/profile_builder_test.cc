#include "pgoprof/model/profile_builder.h"

#include <array>
#include <catch2/catch.hpp>
#include <limits>

using namespace pgoprof;

namespace {

ProfileBuilder one_column() {
    ProfileBuilder builder;
    builder.profile.sample_types.push_back({builder.string("samples"), builder.string("count")});
    return builder;
}

}  // namespace

TEST_CASE("What repeats is one record") {
    ProfileBuilder builder = one_column();
    const FunctionId f = builder.function("main.f", "main.go", 10);
    CHECK(builder.function("main.f", "main.go", 10) == f);
    CHECK(builder.function("main.f", "main.go", 11) != f);
    CHECK(builder.function("main.f", "other.go", 10) != f);

    const std::array line{Line{.function = f, .line = 12}};
    const std::array other_line{Line{.function = f, .line = 13}};
    const LocationId a = builder.location(kNone<MappingId>, 0x1000, line);
    CHECK(builder.location(kNone<MappingId>, 0x1000, line) == a);
    const LocationId b = builder.location(kNone<MappingId>, 0x1000, other_line);
    CHECK(b != a);
    CHECK(builder.location(kNone<MappingId>, 0x1001, line) != a);

    const std::array<std::int64_t, 1> two{2};
    const std::array ab{a, b};
    const std::array ba{b, a};
    const std::array label{Label{.key = builder.string("k"), .num = 1}};
    for (int i = 0; i < 3; ++i) {
        REQUIRE(builder.add_sample(ab, two));
        REQUIRE(builder.add_sample(ba, two));
        REQUIRE(builder.add_sample(ab, two, label));
    }
    REQUIRE(builder.profile.sample_count() == 3);
    for (std::size_t i = 0; i < 3; ++i) CHECK(builder.profile.sample_values(i)[0] == 6);
    CHECK(builder.profile.sample_labels(2).size() == 1);
}

TEST_CASE("A sum that does not fit is an error") {
    ProfileBuilder builder = one_column();
    const std::array<std::int64_t, 1> most{std::numeric_limits<std::int64_t>::max()};
    REQUIRE(builder.add_sample({}, most));
    const Result<> added = builder.add_sample({}, most);
    REQUIRE(!added);
    CHECK(added.error().code == ErrorCode::overflow);
    CHECK(builder.profile.sample_values(0)[0] == most[0]);
}
