// Which functions a user means.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "pgoprof/base/result.h"

namespace re2 {
class RE2;
}

namespace pgoprof::cli {

/// A regular expression in Go's syntax (RE2), which matches anywhere in a name. It takes time linear in the name's
/// length, whatever the pattern: a hostile profile's names can be megabytes.
class FunctionPattern {
public:
    /// A usage error if `pattern` is none.
    static Result<FunctionPattern> compile(const std::string& pattern);

    FunctionPattern(FunctionPattern&&) noexcept;
    FunctionPattern& operator=(FunctionPattern&&) noexcept;
    ~FunctionPattern();

    bool matches(std::string_view name) const;

private:
    explicit FunctionPattern(std::unique_ptr<re2::RE2> regex);

    std::unique_ptr<re2::RE2> regex_;
};

}  // namespace pgoprof::cli
