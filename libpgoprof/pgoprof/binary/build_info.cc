#include "pgoprof/binary/build_info.h"

#include <charconv>
#include <optional>

#include "pgoprof/binary/reader.h"

namespace pgoprof {
namespace {

constexpr std::string_view kMagic = "\xff Go buildinf:";
constexpr std::size_t kAlignment = 16;
constexpr std::size_t kFlagsAt = 15;
constexpr std::size_t kStringsAt = 32;
constexpr std::uint8_t kInlineStrings = 2;
constexpr std::uint64_t kMostBytes = std::uint64_t{16} << 20;  ///< of 100,000 modules
constexpr std::size_t kSentinel = 16;  ///< bytes before and behind the module information (cmd/go's modload)

bool is_build_info(ByteView bytes) {
    const auto flags = read_at<std::uint8_t>(bytes, kFlagsAt);
    return as_text(bytes).starts_with(kMagic) && flags && (*flags & kInlineStrings) != 0;
}

/// The section or, without one, the first place in a segment of data that looks like it.
ByteView find_build_info(const ElfFile& elf) {
    if (const Section* section = elf.section(".go.buildinfo"); section != nullptr && is_build_info(section->bytes))
        return section->bytes;
    for (const Segment& segment : elf.segments()) {
        if (segment.executable) continue;
        const ByteView bytes = elf.bytes_from(segment.address);
        const std::string_view text = as_text(bytes);
        for (std::size_t at = text.find(kMagic); at != std::string_view::npos; at = text.find(kMagic, at + 1)) {
            const bool aligned = (segment.address + at) % kAlignment == 0;
            if (aligned && is_build_info(bytes.subspan(at))) return bytes.subspan(at);
        }
    }
    return {};
}

std::string_view take_string(ByteView& bytes) {
    const auto size = take_varint<std::uint64_t>(bytes);
    const auto text = size && *size <= kMostBytes ? slice(bytes, 0, *size) : std::nullopt;
    bytes = text ? bytes.subspan(*size) : ByteView{};
    return text ? as_text(*text) : "";
}

/// Up to `separator`, which is taken, too.
std::string_view take_until(std::string_view& text, char separator) {
    const std::string_view taken = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(text.size(), taken.size() + 1));
    return taken;
}

void append_utf8(std::uint32_t code_point, std::string& out) {
    const auto continuation = [&](unsigned shift) { out += static_cast<char>(0x80 | ((code_point >> shift) & 0x3f)); };
    if (code_point < 0x80) {
        out += static_cast<char>(code_point);
    } else if (code_point < 0x800) {
        out += static_cast<char>(0xc0 | (code_point >> 6));
        continuation(0);
    } else if (code_point < 0x10000) {
        out += static_cast<char>(0xe0 | (code_point >> 12));
        continuation(6);
        continuation(0);
    } else {
        out += static_cast<char>(0xf0 | ((code_point >> 18) & 0x07));
        continuation(12);
        continuation(6);
        continuation(0);
    }
}

/// Takes what follows a backslash in a string that Go's strconv.Quote wrote.
bool unquote_escape(std::string_view& text, std::string& out) {
    constexpr std::string_view kLetters = "abfnrtv\\\"";
    constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\\"";
    const char letter = text.front();
    text.remove_prefix(1);
    if (const std::size_t index = kLetters.find(letter); index != std::string_view::npos) {
        out += kMeanings[index];
        return true;
    }
    const std::size_t digits = letter == 'x' ? 2 : letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
    std::uint32_t value = 0;
    if (digits == 0 || text.size() < digits) return false;
    const std::string_view code = text.substr(0, digits);
    const auto [end, error] = std::from_chars(code.begin(), code.end(), value, 16);
    if (error != std::errc() || end != code.end()) return false;
    text.remove_prefix(digits);
    if (letter == 'x')
        out += static_cast<char>(value);
    else
        append_utf8(value, out);
    return true;
}

/// As strconv.Unquote, for the two kinds of quotes; nothing if the text is not such a string.
std::optional<std::string> unquote(std::string_view quoted) {
    if (quoted.size() < 2 || quoted.front() != quoted.back()) return std::nullopt;
    std::string_view text = quoted.substr(1, quoted.size() - 2);
    if (quoted.front() == '`') return std::string(text);
    std::string out;
    while (!text.empty()) {
        const char c = text.front();
        text.remove_prefix(1);
        if (c != '\\')
            out += c;
        else if (text.empty() || !unquote_escape(text, out))
            return std::nullopt;
    }
    return out;
}

std::string_view plain(std::string_view text, BuildInfo& info) {
    if (text.empty() || (text.front() != '"' && text.front() != '`')) return text;
    auto unquoted = unquote(text);
    return unquoted ? std::string_view(info.unquoted.emplace_back(std::move(*unquoted))) : text;
}

/// "key=value", either of them quoted where it has to be (runtime/debug.BuildInfo.String).
void read_setting(std::string_view text, BuildInfo& info) {
    std::size_t equals = text.find('=');
    if (text.starts_with('"') || text.starts_with('`')) {
        const std::size_t quoted = text.find(text.substr(0, 1).front() == '"' ? "\"=" : "`=", 1);
        equals = quoted == std::string_view::npos ? quoted : quoted + 1;
    }
    if (equals == std::string_view::npos) return;
    info.settings.push_back({plain(text.substr(0, equals), info), plain(text.substr(equals + 1), info)});
}

}  // namespace

BuildInfo read_build_info(const ElfFile& elf) {
    BuildInfo info;
    ByteView strings = tail(find_build_info(elf), kStringsAt);
    info.go_version = take_string(strings);
    std::string_view module = take_string(strings);
    if (module.size() < 2 * kSentinel) return info;
    module = module.substr(kSentinel, module.size() - 2 * kSentinel);
    while (!module.empty()) {
        std::string_view line = take_until(module, '\n');
        if (take_until(line, '\t') == "build") read_setting(line, info);
    }
    return info;
}

}  // namespace pgoprof
