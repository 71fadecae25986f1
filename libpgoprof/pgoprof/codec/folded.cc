#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "pgoprof/codec/budgeted_builder.h"
#include "pgoprof/codec/foreign_profile.h"

namespace pgoprof {
namespace {

constexpr std::string_view kUnknown = "[unknown]";

std::optional<std::uint32_t> parse_hex(std::string_view digits) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return value;
}

void append_utf8(std::string& out, std::uint32_t c) {
    const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (c >= 0x10000) {
        put(0xf0 | c >> 18);
        put(0x80 | (c >> 12 & 0x3f));
    } else if (c >= 0x800) {
        put(0xe0 | c >> 12);
    }
    if (c >= 0x800) {
        put(0x80 | (c >> 6 & 0x3f));
    } else {
        put(0xc0 | c >> 6);
    }
    put(0x80 | (c & 0x3f));
}

/// Takes the escape that begins `text` (escape_line's, in base/text.h) and appends what it stands for; how many bytes
/// it has, 0 if it is none.
std::size_t undo_escape(std::string_view text, std::string& out) {
    if (text.starts_with("\\\\")) {
        out += '\\';
        return 2;
    }
    if (text.starts_with("\\x") && text.size() >= 4) {
        const auto byte = parse_hex(text.substr(2, 2));
        if (byte) out += static_cast<char>(*byte);
        return byte ? 4 : 0;
    }
    if (!text.starts_with("\\u") || text.size() < 6) return 0;
    auto c = parse_hex(text.substr(2, 4));
    std::size_t size = 6;
    // Of what is escaped only U+E0000...E007F has five digits, and nothing has their first four.
    if (c && *c >= 0xe000 && *c <= 0xe007 && text.size() >= 7) c = parse_hex(text.substr(2, ++size - 2));
    if (c) append_utf8(out, *c);
    return c ? size : 0;
}

/// Nothing if a backslash begins no escape.
std::optional<std::string> unescape(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t plain = std::min(text.find('\\'), text.size());
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) break;
        const std::size_t escape = undo_escape(text, out);
        if (escape == 0) return std::nullopt;
        text.remove_prefix(escape);
    }
    return out;
}

bool all_escapes(std::string_view text) {
    std::string ignored;
    for (std::size_t at = text.find('\\'); at != text.npos; at = text.find('\\', at)) {
        const std::size_t escape = undo_escape(text.substr(at, 7), ignored);
        if (escape == 0) return false;
        at += escape;
        ignored.clear();
    }
    return true;
}

class FoldedDecoder {
public:
    FoldedDecoder(std::string_view text, const Limits& limits, Budget& budget)
        : text_(text), escaped_(all_escapes(text)), builder_(limits, budget) {}

    Result<ForeignProfile> run() {
        if (auto added = add_sample_type(builder_, "samples", "count"); !added) return std::unexpected(added.error());
        std::size_t number = 1;
        for (std::size_t at = 0; at < text_.size(); ++number) {
            const std::size_t end = std::min(text_.find('\n', at), text_.size());
            if (auto read = read_line(text_.substr(at, end - at)); !read) {
                Error error = std::move(read.error());
                error.message = fmt::format("line {}: {}", number, error.message);
                error.offset = Offset{at, OffsetSpace::inflated};
                return fail(std::move(error));
            }
            at = end + 1;
        }
        if (builder_.profile().sample_count() == 0) return fail({.message = "there is no folded stack in it"});
        return ForeignProfile{
            std::move(builder_.profile()),
            {"folded stacks have no lines, files and addresses; their values count as samples/count"}};
    }

private:
    Result<> read_line(std::string_view line) {
        const std::size_t last = line.find_last_not_of(" \t\r");
        if (last == line.npos || line.front() == '#') return {};
        line = line.substr(0, last + 1);
        const std::size_t space = line.find_last_of(" \t");
        const auto digits = line.substr(space == line.npos ? line.size() : space + 1);
        std::int64_t count = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
        if (error != std::errc() || end != line.data() + line.size()) {
            return fail({.message = "a line of folded stacks that does not end in a count"});
        }
        const auto stack = line.substr(0, space);
        return add(stack.substr(0, stack.find_last_not_of(" \t") + 1), count);
    }

    Result<> add(std::string_view stack, std::int64_t count) {
        if (stack.empty()) return fail({.message = "a count without a stack"});
        locations_.clear();
        for (bool more = true; more;) {
            const std::size_t semicolon = stack.find(';');
            more = semicolon != stack.npos;
            const auto location = frame(stack.substr(0, semicolon));
            if (!location) return std::unexpected(location.error());
            locations_.push_back(*location);
            stack.remove_prefix(more ? semicolon + 1 : 0);
        }
        std::ranges::reverse(locations_);
        return builder_.add_sample(locations_, {&count, 1});
    }

    Result<LocationId> frame(std::string_view name) {
        if (name.empty() || name == kUnknown) return builder_.location(kNone<MappingId>, 0, {});
        if (!escaped_ || name.find('\\') == name.npos) return builder_.location({.name = name});
        return builder_.location({.name = unescape(name).value_or(std::string(name))});
    }

    std::string_view text_;
    bool escaped_;
    BudgetedBuilder builder_;
    std::vector<LocationId> locations_;
};

}  // namespace

Result<ForeignProfile> decode_folded(ByteView text, const Limits& limits, Budget& budget) {
    return FoldedDecoder(as_text(text), limits, budget).run();
}

}  // namespace pgoprof
