// What the linker's name of a Go function tells.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pgoprof {

/// The import path of the package that a function is in: "example.com/a/yaml.v3" of
/// "example.com/a/yaml%2ev3.(*T[go.shape.int]).M.func1". Empty for what belongs to none: assembly and C without a
/// package, and what the compiler generates for a type ("type:.eq.T"). As debug/gosym's Sym.PackageName, but without
/// the linker's escapes (cmd/internal/objabi.PathToPrefix).
std::string package_of(std::string_view function);

/// What a callee can stand for at an indirect call, as far as its name shows.
enum class CalleeKind : std::uint8_t {
    function,
    method,
    neither,  ///< closures, the bodies of loops over functions, most wrappers, and what has a dictionary for a
              ///< parameter
};

CalleeKind callee_kind(std::string_view function);

}  // namespace pgoprof
