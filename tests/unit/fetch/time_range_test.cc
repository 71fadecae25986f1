#include "pgoprof/fetch/time_range.h"

#include <catch2/catch.hpp>

using namespace pgoprof;
using std::chrono::seconds;

TEST_CASE("a moment is so long ago") {
    const auto ago = [](std::string_view text) {
        const auto moment = parse_moment(text);
        return moment && !moment->at ? moment->ago.count() : -1;
    };
    CHECK(ago("now") == 0);
    CHECK(ago("0s") == 0);
    CHECK(ago("90s") == 90);
    CHECK(ago("1h30m") == 5400);
    CHECK(ago("72h") == 72 * 3600);
    CHECK(ago("72h0m0s") == 72 * 3600);
    CHECK(ago("7d") == 7 * 86400);
    CHECK(ago("2w") == 14 * 86400);
    CHECK(ago("36525d") == 36525LL * 86400);
}

TEST_CASE("or an instant of RFC 3339") {
    const auto instant = [](std::string_view text) {
        const auto moment = parse_moment(text);
        return moment && moment->at ? moment->at->time_since_epoch().count() : -1;
    };
    CHECK(instant("1970-01-01T00:00:00Z") == 0);
    CHECK(instant("2009-02-13T23:31:30Z") == 1234567890);
    CHECK(instant("2009-02-14T00:31:30+01:00") == 1234567890);
    CHECK(instant("2009-02-13T18:01:30-05:30") == 1234567890);
    CHECK(instant("2009-02-13t23:31:30.999999999z") == 1234567890);
    CHECK(instant("2009-02-13 23:31:30Z") == 1234567890);
    CHECK(instant("2024-02-29T00:00:00Z") == 1709164800);
    CHECK(instant("2016-12-31T23:59:60Z") == 1483228800);
}

TEST_CASE("a moment is written as it can be read") {
    const auto text = GENERATE("now", "90s", "72h", "2026-02-10T07:54:37Z");
    CHECK(format_moment(*parse_moment(text)) == text);
    CHECK(format_moment(*parse_moment("1h0m30s")) == "3630s");
}

TEST_CASE("anything else is no moment") {
    const auto text = GENERATE(
        as<std::string>(), "", "72", "h", "-1h", "+1h", "1.5h", "1h ", " 1h", "1H", "1ms", "36526d", "1h36525d",
        "999999999999w", "99999999999999999999h", "Now", "yesterday", "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z",
        "2024-13-01T00:00:00Z", "2024-01-01", "2024-01-01T00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z",
        "2024-01-01T00:00:61Z", "2024-01-01T00:00:00", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00+24:00",
        "2024-01-01T00:00:00+1:00", "2024-01-01T00:00:00Zx", "1969-12-31T23:59:59Z", "24-01-01T00:00:00Z");
    INFO(text);
    CHECK_FALSE(parse_moment(text));
}

TEST_CASE("a moment becomes an instant when it is asked for") {
    const Instant now{seconds(1'000'000)};
    CHECK(Moment{}.when_asked(now) == now);
    CHECK(Moment{.ago = seconds(60)}.when_asked(now) == now - seconds(60));
    CHECK(Moment{.at = Instant{seconds(5)}}.when_asked(now) == Instant{seconds(5)});
}

TEST_CASE("instants are written in UTC") {
    CHECK(format_rfc3339(Instant{seconds(1234567890)}) == "2009-02-13T23:31:30Z");
    CHECK(parse_rfc3339(format_rfc3339(Instant{seconds(1709164800)})) == Instant{seconds(1709164800)});
}
