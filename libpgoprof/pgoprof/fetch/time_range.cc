#include "pgoprof/fetch/time_range.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace pgoprof {
namespace {

using std::chrono::seconds;

constexpr seconds kLongestAgo = std::chrono::days(36'525);

/// Takes what it reads off the front.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    bool done() const { return rest_.empty(); }

    bool skip(std::string_view token) {
        if (!rest_.starts_with(token)) return false;
        rest_.remove_prefix(token.size());
        return true;
    }

    /// Exactly so many digits.
    std::optional<int> digits(std::size_t count) {
        if (digits_ahead() < count) return std::nullopt;
        return static_cast<int>(*take(count));
    }

    /// At least one digit, and no more than fit.
    std::optional<std::int64_t> number() {
        constexpr std::size_t kMost = 12;
        const std::size_t count = digits_ahead();
        if (count == 0 || count > kMost) return std::nullopt;
        return take(count);
    }

private:
    std::size_t digits_ahead() const { return std::min(rest_.find_first_not_of("0123456789"), rest_.size()); }

    std::optional<std::int64_t> take(std::size_t count) {
        std::int64_t value = 0;
        for (const char digit : rest_.substr(0, count)) value = value * 10 + (digit - '0');
        rest_.remove_prefix(count);
        return value;
    }

    std::string_view rest_;
};

std::optional<seconds> scan_unit(Scanner& scanner) {
    constexpr std::pair<std::string_view, seconds> kUnits[] = {{"s", seconds(1)},
                                                               {"m", std::chrono::minutes(1)},
                                                               {"h", std::chrono::hours(1)},
                                                               {"d", std::chrono::days(1)},
                                                               {"w", std::chrono::weeks(1)}};
    for (const auto& [name, length] : kUnits) {
        if (scanner.skip(name)) return length;
    }
    return std::nullopt;
}

/// "1h30m"
std::optional<seconds> parse_length(std::string_view text) {
    Scanner scanner(text);
    seconds sum{0};
    do {
        const auto number = scanner.number();
        const auto unit = scan_unit(scanner);
        if (!number || !unit || *number > kLongestAgo / *unit) return std::nullopt;
        sum += *number * *unit;
        if (sum > kLongestAgo) return std::nullopt;
    } while (!scanner.done());
    return sum;
}

std::optional<std::chrono::sys_days> scan_date(Scanner& scanner) {
    const auto year = scanner.digits(4);
    if (!year || !scanner.skip("-")) return std::nullopt;
    const auto month = scanner.digits(2);
    if (!month || !scanner.skip("-")) return std::nullopt;
    const auto day = scanner.digits(2);
    if (!day) return std::nullopt;
    const std::chrono::year_month_day date(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day)));
    if (!date.ok() || *year < 1970) return std::nullopt;
    return std::chrono::sys_days(date);
}

/// "23:59", of which a leap second makes the last minute longer.
std::optional<std::chrono::minutes> scan_clock(Scanner& scanner) {
    const auto hours = scanner.digits(2);
    if (!hours || *hours > 23 || !scanner.skip(":")) return std::nullopt;
    const auto minutes = scanner.digits(2);
    if (!minutes || *minutes > 59) return std::nullopt;
    return std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
}

std::optional<seconds> scan_seconds(Scanner& scanner) {
    if (!scanner.skip(":")) return std::nullopt;
    const auto whole = scanner.digits(2);
    if (!whole || *whole > 60) return std::nullopt;
    if (scanner.skip(".") && !scanner.number()) return std::nullopt;
    return seconds(*whole);
}

/// What is to be subtracted from the local time.
std::optional<seconds> scan_offset(Scanner& scanner) {
    if (scanner.skip("Z") || scanner.skip("z")) return seconds(0);
    const bool east = scanner.skip("+");
    if (!east && !scanner.skip("-")) return std::nullopt;
    const auto offset = scan_clock(scanner);
    if (!offset) return std::nullopt;
    return east ? *offset : -*offset;
}

}  // namespace

std::optional<Moment> parse_moment(std::string_view text) {
    if (text == "now") return Moment{};
    if (const auto instant = parse_rfc3339(text)) return Moment{.at = instant};
    if (const auto length = parse_length(text)) return Moment{.ago = *length};
    return std::nullopt;
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
    Scanner scanner(text);
    const auto date = scan_date(scanner);
    if (!date || !(scanner.skip("T") || scanner.skip("t") || scanner.skip(" "))) return std::nullopt;
    const auto clock = scan_clock(scanner);
    const auto second = scan_seconds(scanner);
    const auto offset = scan_offset(scanner);
    if (!clock || !second || !offset || !scanner.done()) return std::nullopt;
    return *date + *clock + *second - *offset;
}

std::string format_moment(const Moment& moment) {
    constexpr std::chrono::seconds kHour = std::chrono::hours(1);
    if (moment.at) return format_rfc3339(*moment.at);
    if (moment.ago.count() == 0) return "now";
    return moment.ago % kHour == moment.ago.zero() ? fmt::format("{}h", moment.ago / kHour)
                                                   : fmt::format("{}s", moment.ago.count());
}

std::string format_rfc3339(Instant instant) {
    const auto day = std::chrono::floor<std::chrono::days>(instant);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(instant - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                       time.minutes().count(), time.seconds().count());
}

}  // namespace pgoprof
