#include "pgoprof/transform/rename_rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "pgoprof/base/trim.h"
#include "pgoprof/transform/no_inline.h"
#include "pgoprof/transform/type_text.h"

namespace pgoprof {
namespace {

using Parts = std::vector<NamePart>;

bool is_plain(const NamePart& part) { return part.arguments.empty() && !part.pointer; }

/// Where the parts of a closure's own begin: "func1", "2", "gowrap1".
std::size_t begin_of_closure(const Parts& parts) {
    std::size_t begin = parts.size();
    while (begin > 1 && is_plain(parts[begin - 1]) && names_closure(parts[begin - 1].name)) --begin;
    return begin;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }

/// Blanks are in type arguments alone: "main.F[interface {}]".
bool has_stray_blank(std::string_view name) {
    int depth = 0;
    for (const char c : name) {
        if (c == '[') ++depth;
        if (c == ']') --depth;
        if (c == ' ' && depth == 0) return true;
    }
    return false;
}

/// Of what could be a package's path with a dot in its last element as well. Nothing imports package main, and paths
/// are in lower case by custom.
bool is_plainly_a_name(const std::optional<SymbolName>& symbol) {
    if (!symbol) return false;
    const char initial = symbol->parts.back().name.front();
    return symbol->package == "main" || (initial >= 'A' && initial <= 'Z');
}

/// A rule as an error repeats it: the line of a wrong file may be of any length.
std::string shown(std::string_view text) {
    constexpr std::size_t kShown = 80;
    return text.size() <= kShown ? std::string(text) : std::string(text.substr(0, kShown)) + "...";
}

}  // namespace

RenameRule::Side RenameRule::parse_side(std::string_view text) {
    Side side;
    if (text.find_first_of("[]()*{} ") == text.npos) side.import_path = unescape_import_path(text);
    if (side.import_path) {
        const std::string escaped = escape_import_path(*side.import_path);
        side.stem = escaped.substr(0, escaped.find('%'));
    }
    SymbolName symbol = parse_symbol_name(text);
    const bool named = std::ranges::none_of(symbol.parts, [](const NamePart& part) { return part.name.empty(); });
    if (!symbol.parts.empty() && named) {
        symbol.package = escape_import_path(unescape_import_path(symbol.package));
        if (symbol.parts.size() == 1) symbol.parts[0].pointer = false;  // "(*T)" is the type T
        side.symbol = std::move(symbol);
    }
    return side;
}

Result<RenameRule> RenameRule::parse(std::string_view text) {
    const auto refuse = [text](std::string_view why) {
        return fail(ErrorCode::usage, fmt::format("{}: {}", shown(text), why),
                    "write OLD=NEW, both import paths (example.com/a) or both names in packages (example.com/a.T)");
    };
    if (std::ranges::any_of(trim(text), is_control)) return refuse("no name has control characters");
    const std::size_t equals = text.find('=');
    if (equals == text.npos) return refuse("there is no =");
    const std::string_view old_name = trim(text.substr(0, equals));
    const std::string_view new_name = trim(text.substr(equals + 1));
    if (old_name.empty() || new_name.empty()) return refuse("a side is empty");
    if (has_stray_blank(old_name) || has_stray_blank(new_name)) {
        return refuse("a name has blanks, which only type arguments can have");
    }
    if (old_name == new_name) return refuse("both sides are the same");
    RenameRule rule;
    rule.text_ = fmt::format("{}={}", old_name, new_name);
    rule.old_ = parse_side(old_name);
    rule.new_ = parse_side(new_name);
    const bool names_a_name = is_plainly_a_name(rule.old_.symbol) || is_plainly_a_name(rule.new_.symbol);
    if (!rule.can_be(RenameKind::identifier) && (names_a_name || !rule.can_be(RenameKind::package))) {
        return refuse("one side is a package, the other a name in one");
    }
    return rule;
}

bool RenameRule::can_be(RenameKind kind) const {
    if (kind == RenameKind::package) return old_.import_path && new_.import_path;
    return old_.symbol && new_.symbol;
}

std::optional<std::string> RenameRule::apply(const NamedFunction& function, RenameKind kind) const {
    // Most rules are of few functions: what does not even have the name is not taken apart.
    if (!function.name.contains(kind == RenameKind::package ? old_.stem : old_.symbol->parts[0].name))
        return std::nullopt;
    if (const std::size_t prefix = no_inline_bytes(function.name); prefix != 0) {
        NamedFunction plain = function;
        plain.name.remove_prefix(prefix);
        auto renamed = apply(plain, kind);
        if (renamed) renamed->insert(0, function.name.substr(0, prefix));
        return renamed;
    }
    SymbolName name = parse_symbol_name(function.name);
    std::string renamed;
    if (name.parts.empty()) {  // "type:.eq.main.T"
        if (!function.name.starts_with("type:") && !function.name.starts_with("go:")) return std::nullopt;
        const std::size_t type = function.name.starts_with("type:.") ? end_of_part(function.name, 6) + 1 : 3;
        if (type > function.name.size()) return std::nullopt;
        renamed = std::string(function.name.substr(0, type)) + rename_types(function.name.substr(type), kind);
    } else {
        if (kind == RenameKind::package) {
            if (auto moved = move_package(name.package)) name.package = std::move(*moved);
        } else {
            rename_inlined(name, function);
            if (name.package == old_.symbol->package && matches_at(name, 0)) {
                const auto to = replacement(name.parts);
                const auto last = name.parts.begin() + static_cast<std::ptrdiff_t>(old_.symbol->parts.size());
                name.parts.insert(name.parts.erase(name.parts.begin(), last), to.begin(), to.end());
                name.package = new_.symbol->package;
            }
        }
        for (NamePart& part : name.parts) part.arguments = rename_types(part.arguments, kind);
        renamed = to_string(name);
    }
    if (renamed == function.name) return std::nullopt;
    return renamed;
}

/// `package` is as the linker has it; nothing if it is neither the old one nor below it.
std::optional<std::string> RenameRule::move_package(std::string_view package) const {
    const std::string path = unescape_import_path(package);
    const std::string& old_path = *old_.import_path;
    if (!path.starts_with(old_path)) return std::nullopt;
    if (path.size() != old_path.size() && path[old_path.size()] != '/') return std::nullopt;
    return escape_import_path(*new_.import_path + path.substr(old_path.size()));
}

/// A word of a type: "main.T", or "main.t" in "main.t int", which is a field and no type.
std::string RenameRule::rename_word(std::string_view word, bool is_type, RenameKind kind) const {
    const std::size_t end = end_of_package(word);
    if (end == word.npos) return std::string(word);
    if (kind == RenameKind::package) {
        const auto moved = move_package(word.substr(0, end));
        return moved ? *moved + std::string(word.substr(end)) : std::string(word);
    }
    const bool renames_types = old_.symbol->parts.size() == 1 && new_.symbol->parts.size() == 1 &&
                               is_plain(old_.symbol->parts[0]) && is_plain(new_.symbol->parts[0]);
    const bool matches = is_type && renames_types && word.substr(0, end) == old_.symbol->package &&
                         word.substr(end + 1) == old_.symbol->parts[0].name;
    return matches ? to_string(*new_.symbol) : std::string(word);
}

std::string RenameRule::rename_types(std::string_view text, RenameKind kind) const {
    return replace_words(text, [&](std::string_view word, WordRole role) {
        return word.starts_with('"') ? std::string(word) : rename_word(word, role == WordRole::type, kind);
    });
}

/// Whether the parts from `begin` on are the rule's old ones; there may be more after them.
bool RenameRule::matches_at(const SymbolName& name, std::size_t begin) const {
    const Parts& wanted = old_.symbol->parts;
    if (name.parts.size() < begin + wanted.size()) return false;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const NamePart& part = name.parts[begin + i];
        if (part.name != wanted[i].name) return false;
        if (!wanted[i].arguments.empty() && part.arguments != wanted[i].arguments) return false;
        if (!wanted[i].suffix.empty() && part.suffix != wanted[i].suffix) return false;
    }
    return true;
}

/// Type arguments and suffixes stay, unless the rule names others; so does the receiver, unless its sides differ in it.
std::vector<NamePart> RenameRule::replacement(std::span<const NamePart> parts) const {
    const Parts& from = old_.symbol->parts;
    Parts to = new_.symbol->parts;
    const auto first = parts.begin();
    const auto last = first + static_cast<std::ptrdiff_t>(from.size());
    const bool same_receiver = (from.size() > 1) == (to.size() > 1) && from[0].pointer == to[0].pointer;
    if (same_receiver) to[0].pointer = first->pointer;
    const auto generic = std::find_if(first, last, [](const NamePart& part) { return !part.arguments.empty(); });
    if (generic != last && to[0].arguments.empty() && from[0].arguments.empty()) to[0].arguments = generic->arguments;
    if (to.back().suffix.empty() && from.back().suffix.empty()) to.back().suffix = (last - 1)->suffix;
    return to;
}

/// "main.main.f.func1" is the closure of an f that was inlined into main.main; in "main.T.f.func1" f is a method,
/// unless there is a function main.T. Which package f is of, the closure's file tells; else it is taken for the
/// closure's own.
void RenameRule::rename_inlined(SymbolName& name, const NamedFunction& function) const {
    const std::size_t end = begin_of_closure(name.parts);
    if (end == name.parts.size() || end < 2) return;
    const auto is_function = [&] {
        return function.is_known != nullptr && (*function.is_known)(name.package + "." + to_string(name.parts[0]));
    };
    std::size_t begin = name.parts[0].pointer || !is_function() ? 2 : 1;
    const bool several = end - std::min(begin, end) > 2;
    const std::string& package = old_.symbol->package;
    const bool of_file = !function.package_of_file.empty() && function.package_of_file == package;
    const bool of_closure = name.package == package && (several || function.package_of_file.empty());
    if (!of_file && !of_closure) return;
    const std::size_t size = old_.symbol->parts.size();
    Parts renamed(name.parts.begin(), name.parts.begin() + static_cast<std::ptrdiff_t>(begin));
    while (begin < name.parts.size()) {
        const auto rest = std::span(name.parts).subspan(begin);
        if (begin + size <= end && matches_at(name, begin)) {
            std::ranges::move(replacement(rest), std::back_inserter(renamed));
            begin += size;
        } else {
            const auto kept = rest.first(std::min<std::size_t>(rest.front().pointer ? 2 : 1, rest.size()));
            std::ranges::move(kept, std::back_inserter(renamed));
            begin += kept.size();
        }
    }
    name.parts = std::move(renamed);
}

}  // namespace pgoprof
