#include "pgoprof/transform/function_name.h"

#include <algorithm>
#include <optional>

namespace pgoprof {
namespace {

std::optional<int> hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return std::nullopt;
}

/// "%2e" becomes ".".
std::string unescape(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            const auto high = hex_digit(text[i + 1]);
            const auto low = hex_digit(text[i + 2]);
            if (high && low) {
                result += static_cast<char>(*high * 16 + *low);
                i += 2;
                continue;
            }
        }
        result += text[i];
    }
    return result;
}

/// Where the package's path ends: at the first dot after its last slash. npos if there is none. Slashes and dots of
/// type arguments, and of a receiver, do not count: import paths have neither brackets nor parentheses.
std::size_t end_of_package(std::string_view function) {
    const std::string_view plain = function.substr(0, function.find_first_of("[({"));
    const std::size_t slash = plain.rfind('/');
    return plain.find('.', slash == plain.npos ? 0 : slash);
}

bool is_number(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// "func1", "func1-range2", "gowrap3", "deferwrap1" or "2".
bool names_closure(std::string_view part) {
    for (const std::string_view prefix : {"func", "gowrap", "deferwrap"}) {
        if (part.starts_with(prefix)) part.remove_prefix(prefix.size());
    }
    return is_number(part.substr(0, part.find("-range")));
}

/// Without type arguments, which may hold dots.
std::string without_brackets(std::string_view text) {
    std::string result;
    int depth = 0;
    for (const char c : text) {
        depth += c == '[' ? 1 : 0;
        if (depth == 0) result += c;
        depth -= c == ']' && depth > 0 ? 1 : 0;
    }
    return result;
}

}  // namespace

std::string package_of(std::string_view function) {
    if (function.starts_with("type:") || function.starts_with("go:")) return {};
    const std::size_t end = end_of_package(function);
    return end == function.npos ? std::string() : unescape(function.substr(0, end));
}

CalleeKind callee_kind(std::string_view function) {
    const std::size_t end = end_of_package(function);
    if (end == function.npos) return CalleeKind::function;
    const std::string local = without_brackets(function.substr(end + 1));  // "(*T).M.func1"
    const std::size_t dot = local.rfind('.');
    if (dot == local.npos) return CalleeKind::function;
    const std::string_view last = std::string_view(local).substr(dot + 1);
    if (local.substr(0, dot) == "init" && is_number(last))
        return CalleeKind::function;  // one of several init functions
    return names_closure(last) ? CalleeKind::closure : CalleeKind::method;
}

}  // namespace pgoprof
