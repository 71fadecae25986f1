// Types as they stand in the linker's names, between the brackets of type arguments and elsewhere.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace pgoprof {

/// Where the part of a name that begins at `begin` ends: at the next dot outside brackets, parentheses, braces and
/// quotes, or at the name's end.
std::size_t end_of_part(std::string_view name, std::size_t begin);

/// Behind the bracket that closes the one at `open`; npos if none does.
std::size_t end_of_brackets(std::string_view name, std::size_t open);

/// How a word stands in a type.
enum class WordRole : std::uint8_t {
    type,    ///< "main.T", "int", "struct"
    member,  ///< a field or a method: "main.field int", "main.method()"
};

/// Replaces the words of a type: "go.shape.", "struct", "main.t", "example.com/a/yaml%2ev3.T" and "map" in
/// "go.shape.struct { main.t map[string]*example.com/a/yaml%2ev3.T \"json:\\\"t\\\"\" }". Tags are handed over as
/// they stand, quotes and all, in the role of a member.
std::string replace_words(std::string_view type,
                          const std::function<std::string(std::string_view word, WordRole role)>& replace);

}  // namespace pgoprof
