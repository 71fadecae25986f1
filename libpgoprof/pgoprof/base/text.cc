#include "pgoprof/base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "pgoprof/base/checked.h"

namespace pgoprof {
namespace {

struct CodePoint {
    char32_t value;
    std::size_t bytes;
};

/// The UTF-8 sequence at the start of `text`, or nullopt if it is malformed, over-long, or a surrogate.
std::optional<CodePoint> decode_utf8(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return CodePoint{lead, 1};
    const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return std::nullopt;
    char32_t value = lead & (0xffu >> (bytes + 1));
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return std::nullopt;
        value = value << 6 | (byte(i) & 0x3fu);
    }
    static constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = value >= 0xd800 && value <= 0xdfff;
    if (value < kSmallest[bytes] || value > 0x10ffff || surrogate) return std::nullopt;
    return CodePoint{value, bytes};
}

/// Characters that change how a line is shown without showing themselves.
bool is_deceptive(char32_t c) {
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xad || c == 0x061c || c == 0x180e ||
           (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
           c == 0x3164 || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

/// "\x1b". Without fmt: hostile names can be megabytes of these.
void append_hex_byte(std::string& out, unsigned char byte) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    out += "\\x";
    out += kDigits[byte >> 4];
    out += kDigits[byte & 0xf];
}

/// Where a command to GitHub Actions would begin: "::" after nothing but white space, which may be any beyond ASCII
/// (actions/runner, ActionCommand.cs). The other form, "##[", can be anywhere.
std::size_t command_start(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || static_cast<unsigned char>(c) >= 0x80; };
    const auto start = static_cast<std::size_t>(std::ranges::find_if_not(text, blank) - text.begin());
    return text.substr(start).starts_with("::") ? start : text.npos;
}

}  // namespace

std::string escape_line(std::string_view text) {
    std::string escaped;
    escaped.reserve(text.size());
    const char* const command = text.data() + std::min(command_start(text), text.size());
    while (!text.empty()) {
        const auto c = decode_utf8(text);
        const std::size_t bytes = c ? c->bytes : 1;
        const bool in_command = text.data() == command || (text[0] == '[' && escaped.ends_with("##"));
        if (!c || (is_deceptive(c->value) && c->value < 0x80) || in_command) {
            append_hex_byte(escaped, static_cast<unsigned char>(text[0]));
        } else if (is_deceptive(c->value)) {
            escaped += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(c->value));
        } else if (c->value == U'\\') {
            escaped += "\\\\";
        } else {
            escaped += text.substr(0, bytes);
        }
        text.remove_prefix(bytes);
    }
    return escaped;
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto c = decode_utf8(text);
        if (!c) return false;
        text.remove_prefix(c->bytes);
    }
    return true;
}

std::string format_offset(const Offset& offset) {
    return fmt::format("{}offset {}", offset.space == OffsetSpace::inflated ? "inflated " : "", offset.value);
}

std::string format_count(std::uint64_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string format_duration(std::int64_t nanos) {
    const double seconds = static_cast<double>(nanos) / 1e9;
    if (nanos == 0) return "0s";
    if (seconds > -1 && seconds < 1) return fmt::format("{:.4g}ms", seconds * 1e3);
    return fmt::format("{:.4g}s", seconds);
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
    constexpr std::uint64_t k = 1000, ki = 1024;
    using Unit = std::pair<std::string_view, std::uint64_t>;
    constexpr Unit kUnits[] = {{"", 1},           {"B", 1},       {"KB", k},          {"MB", k * k},
                               {"GB", k * k * k}, {"KiB", ki},    {"MiB", ki * ki},   {"GiB", ki * ki * ki},
                               {"k", ki},         {"m", ki * ki}, {"g", ki * ki * ki}};
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto unit = std::ranges::find(kUnits, text, &Unit::first);
    const auto bytes = unit == std::end(kUnits) ? std::nullopt : multiply_checked(number, unit->second);
    return bytes && *bytes > 0 && *bytes <= std::numeric_limits<std::int64_t>::max() ? bytes : std::nullopt;
}

std::string format_bytes(std::uint64_t bytes) {
    static constexpr std::array<std::string_view, 5> kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
    double value = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; value >= 1024 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
    return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

}  // namespace pgoprof
