// The linker's name of a Go function, taken apart.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pgoprof {

/// A piece of what stands after the package: "(*T[go.shape.int])", "M-fm", "func1", or nothing (in "glob..func1").
struct NamePart {
    bool pointer = false;   ///< a pointer receiver: "(*T)"
    std::string name{};     ///< "T", "M", "func1"
    std::string arguments;  ///< of a generic one, in their brackets: "[go.shape.int]"
    std::string suffix;     ///< "-fm", "-range1"

    friend bool operator==(const NamePart&, const NamePart&) = default;
};

/// "example.com/a/yaml%2ev3.(*T[go.shape.int]).M.func1". A closure that the compiler made of one function's literal
/// where it had inlined that function into another is named after both: "main.main.(*T).M.func1"; the parts do not tell
/// the package of the inlined one (cmd/compile/internal/ir.closureName).
struct SymbolName {
    std::string package;  ///< as the linker has it, escapes and all; empty if this is no name of that kind
    std::vector<NamePart> parts;

    friend bool operator==(const SymbolName&, const SymbolName&) = default;
};

/// Names without a package (C, assembly) and those that the compiler makes of a type ("type:.eq.main.T",
/// "go:struct { main.T }.M") give an empty package and no parts.
SymbolName parse_symbol_name(std::string_view name);

/// What parse_symbol_name took apart.
std::string to_string(const SymbolName& name);
std::string to_string(const NamePart& part);

/// Where the package's path ends: at the first dot after its last slash. npos if there is none. Slashes and dots of
/// type arguments, and of a receiver, do not count: import paths have neither brackets nor parentheses.
std::size_t end_of_package(std::string_view function);

/// Whether a part of a name is the compiler's own: "func1", "func1-range2", "gowrap3", "deferwrap1" or "2".
bool names_closure(std::string_view part);

/// "yaml%2ev3" becomes "yaml.v3" (cmd/internal/objabi.PrefixToPath; what is no escape stays).
std::string unescape_import_path(std::string_view path);

/// "yaml.v3" becomes "yaml%2ev3" (cmd/internal/objabi.PathToPrefix): dots are escaped in the last element alone.
std::string escape_import_path(std::string_view path);

}  // namespace pgoprof
