// Which of the profiles that a backend keeps: those of a stretch of time.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace pgoprof {

/// To the second, as backends take it.
using Instant = std::chrono::sys_seconds;

/// A moment as the user names it: fixed, or so long before the time of asking.
struct Moment {
    std::optional<Instant> at{};
    std::chrono::seconds ago{0};  ///< without `at`

    Instant when_asked(Instant now) const { return at ? *at : now - ago; }

    friend bool operator==(const Moment&, const Moment&) = default;
};

struct TimeRange {
    Moment from{.ago = std::chrono::hours(72)};
    Moment to{};
};

/// "now"; how long ago, in Go's units and days and weeks: "90s", "1h30m", "72h", "7d"; or RFC 3339. nullopt for
/// anything else, and for more than 100 years ago.
std::optional<Moment> parse_moment(std::string_view text);

/// RFC 3339 with any offset; a fraction of a second is dropped. nullopt for anything else, years before 1970 included.
std::optional<Instant> parse_rfc3339(std::string_view text);

/// As parse_moment takes it: "72h", "90s", or RFC 3339.
std::string format_moment(const Moment& moment);

/// "2026-02-10T07:54:37Z"
std::string format_rfc3339(Instant instant);

}  // namespace pgoprof
