// Which functions a user means.
#pragma once

#include <regex.h>

#include <memory>
#include <string>
#include <string_view>

#include "pgoprof/base/result.h"

namespace pgoprof::cli {

/// A POSIX extended regular expression, which matches anywhere in a name. Unlike std::regex it takes names of any
/// length.
class FunctionPattern {
public:
    /// A usage error if `pattern` is none.
    static Result<FunctionPattern> compile(const std::string& pattern);

    bool matches(std::string_view name) const;

private:
    struct Free {
        void operator()(regex_t* regex) const;
    };

    std::unique_ptr<regex_t, Free> regex_;
};

}  // namespace pgoprof::cli
