// Regular expressions that users give.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "pgoprof/base/result.h"

namespace re2 {
class RE2;
}

namespace pgoprof::cli {

/// A regular expression in Go's syntax (RE2), which matches anywhere in a text. It takes time linear in the text's
/// length, whatever the pattern: a hostile profile's names can be megabytes.
class Pattern {
public:
    /// A usage error, of `option`, if `pattern` is none.
    static Result<Pattern> compile(std::string_view option, const std::string& pattern);

    Pattern(Pattern&&) noexcept;
    Pattern& operator=(Pattern&&) noexcept;
    ~Pattern();

    bool matches(std::string_view text) const;

    /// Empty if `replace` can do with `replacement`: \1 to \9 are groups of the pattern, \0 the match. Else what is
    /// wrong with it.
    std::string fault_of(const std::string& replacement) const;

    /// `text` with every match replaced.
    std::string replace(std::string_view text, const std::string& replacement) const;

private:
    explicit Pattern(std::unique_ptr<re2::RE2> regex);

    std::unique_ptr<re2::RE2> regex_;
};

}  // namespace pgoprof::cli
