// OLD=NEW: what a refactoring did to one package, type or function.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pgoprof/base/result.h"
#include "pgoprof/transform/symbol_name.h"

namespace pgoprof {

/// A function of the profile, and what tells where an inlined function's closure is from.
struct NamedFunction {
    std::string_view name;
    /// Import path of the package that its file is in, as the linker has it; empty where that is not known.
    std::string_view package_of_file{};
    /// Whether a function of that name is in the profile.
    const std::function<bool(std::string_view name)>* is_known = nullptr;
};

/// What both sides of a rule name.
enum class RenameKind : std::uint8_t {
    package,     ///< "example.com/old=example.com/new": an import path, with all packages below it
    identifier,  ///< "example.com/a.T=example.com/b.U": what the package declares under that name
};

/// Sides are written as the linker has them: the first dot behind the last slash ends the package, and a dot of the
/// package's own last element is %2e. What has no such dot is a package. An import path with a dot there ("gopkg.in/
/// yaml.v3", "example.com") could be either: the other side decides, if it is but one of them; else the profile does.
///
/// A package's rule renames it in functions, receivers' and arguments' types, and in unexported fields of these.
///
/// An identifier's rule is of one name in a package: a function, with its closures and all its instances; a type, with
/// its methods by value and by pointer and their closures, and in type arguments; "T.M" or "(*T).M" a method, which
/// can become a function, and the other way round. Which receiver a method has is kept, but where the sides differ in
/// it. With type arguments, OLD is that instance alone. What a function is called in the name of a closure that was
/// made of it elsewhere, by inlining, changes with it.
class RenameRule {
public:
    /// Usage errors: no "=", an empty side, sides that cannot be of one kind.
    static Result<RenameRule> parse(std::string_view text);

    const std::string& text() const { return text_; }

    /// Whether both sides can be read as this.
    bool can_be(RenameKind kind) const;

    /// The new name; nothing if the rule, read as `kind`, leaves the function alone.
    std::optional<std::string> apply(const NamedFunction& function, RenameKind kind) const;

private:
    struct Side {
        std::optional<std::string> import_path;  ///< not escaped
        std::string stem;                        ///< what of it stands before the first escape
        std::optional<SymbolName> symbol;
    };

    static Side parse_side(std::string_view text);

    std::optional<std::string> move_package(std::string_view package) const;
    std::string rename_word(std::string_view word, bool is_type, RenameKind kind) const;
    std::string rename_types(std::string_view text, RenameKind kind) const;
    bool matches_at(const SymbolName& name, std::size_t begin) const;
    std::vector<NamePart> replacement(std::span<const NamePart> parts) const;
    void rename_inlined(SymbolName& name, const NamedFunction& function) const;

    std::string text_;
    Side old_;
    Side new_;
};

}  // namespace pgoprof
