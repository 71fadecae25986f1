#include "pgoprof/transform/symbol_name.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "pgoprof/transform/type_text.h"

namespace pgoprof {
namespace {

std::optional<int> hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return std::nullopt;
}

bool is_number(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

NamePart parse_part(std::string_view text) {
    NamePart part;
    if (text.starts_with("(*") && text.ends_with(')')) {
        part.pointer = true;
        text = text.substr(2, text.size() - 3);
    }
    const std::size_t bracket = text.find('[');
    const std::size_t end = bracket == text.npos ? text.npos : end_of_brackets(text, bracket);
    const std::size_t dash = text.find('-', end == text.npos ? 0 : end);
    if (dash != text.npos) {
        part.suffix = text.substr(dash);
        text = text.substr(0, dash);
    }
    if (end == text.size()) {  // no compiler wrote anything behind the brackets
        part.arguments = text.substr(bracket);
        text = text.substr(0, bracket);
    }
    part.name = text;
    return part;
}

}  // namespace

SymbolName parse_symbol_name(std::string_view name) {
    SymbolName symbol;
    const std::size_t end = end_of_package(name);
    if (end == name.npos || end == 0 || name.starts_with("type:") || name.starts_with("go:")) return symbol;
    symbol.package = name.substr(0, end);
    for (std::size_t begin = end + 1; begin <= name.size();) {
        const std::size_t part_end = end_of_part(name, begin);
        symbol.parts.push_back(parse_part(name.substr(begin, part_end - begin)));
        begin = part_end + 1;
    }
    // Brackets that do not match, or a path behind a receiver: no compiler wrote that.
    const auto is_odd = [](const NamePart& part) {
        return (part.name + part.suffix).find_first_of("[]/") != std::string::npos;
    };
    if (to_string(symbol) != name || std::ranges::any_of(symbol.parts, is_odd)) return {};
    return symbol;
}

std::string to_string(const NamePart& part) {
    std::string text = part.name + part.arguments;
    if (part.pointer) text = "(*" + text + ")";
    return text + part.suffix;
}

std::string to_string(const SymbolName& name) {
    std::string text = name.package;
    for (const NamePart& part : name.parts) text += "." + to_string(part);
    return text;
}

std::size_t end_of_package(std::string_view function) {
    const std::string_view plain = function.substr(0, function.find_first_of("[({"));
    const std::size_t slash = plain.rfind('/');
    return plain.find('.', slash == plain.npos ? 0 : slash);
}

bool names_closure(std::string_view part) {
    for (const std::string_view prefix : {"func", "gowrap", "deferwrap"}) {
        if (part.starts_with(prefix)) part.remove_prefix(prefix.size());
    }
    return is_number(part.substr(0, part.find("-range")));
}

std::string unescape_import_path(std::string_view path) {
    std::string result;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] == '%' && i + 2 < path.size()) {
            const auto high = hex_digit(path[i + 1]);
            const auto low = hex_digit(path[i + 2]);
            if (high && low) {
                result += static_cast<char>(*high * 16 + *low);
                i += 2;
                continue;
            }
        }
        result += path[i];
    }
    return result;
}

std::string escape_import_path(std::string_view path) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const std::size_t slash = path.rfind('/');
    std::string result;
    for (std::size_t i = 0; i < path.size(); ++i) {
        const auto c = static_cast<unsigned char>(path[i]);
        const bool last_element = slash == path.npos || i > slash;
        if (c <= ' ' || c >= 0x7f || c == '%' || c == '"' || (c == '.' && last_element)) {
            result += '%';
            result += kDigits[c >> 4];
            result += kDigits[c & 15];
        } else {
            result += path[i];
        }
    }
    return result;
}

}  // namespace pgoprof
