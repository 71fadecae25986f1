#include "pgoprof/transform/function_name.h"

#include <algorithm>

#include "pgoprof/transform/symbol_name.h"

namespace pgoprof {
namespace {

/// A generic function for all types of one shape. Its dictionary makes its type one that no call through a value or an
/// interface has; the instance for one type, "F[int]", is a wrapper without. "[...]" is cut, and matches neither.
bool has_dictionary(std::string_view function) {
    return function.contains("[go.shape.") || function.contains(",go.shape.") || function.contains("[...]");
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
    return end == function.npos ? std::string() : unescape_import_path(function.substr(0, end));
}

CalleeKind callee_kind(std::string_view function) {
    const std::size_t end = end_of_package(function);
    if (end == function.npos) return CalleeKind::function;
    const std::string local = without_brackets(function.substr(end + 1));             // "(*T).M.func1"
    if (has_dictionary(function) || local.contains('-')) return CalleeKind::neither;  // "T.M-range1", "T.M-fm"
    const std::size_t dot = local.rfind('.');
    if (dot == local.npos) return CalleeKind::function;
    const std::string_view last = std::string_view(local).substr(dot + 1);
    if (local.substr(0, dot) == "init" && std::ranges::all_of(last, [](char c) { return c >= '0' && c <= '9'; }))
        return CalleeKind::function;  // one of several init functions
    return names_closure(last) ? CalleeKind::neither : CalleeKind::method;
}

}  // namespace pgoprof
