#include "pgo_report/function_pattern.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace pgoprof::cli {

void FunctionPattern::Free::operator()(regex_t* regex) const {
    ::regfree(regex);
    delete regex;
}

Result<FunctionPattern> FunctionPattern::compile(const std::string& pattern) {
    auto regex = std::make_unique<regex_t>();
    const int code = ::regcomp(regex.get(), pattern.c_str(), REG_EXTENDED | REG_NOSUB);
    if (code != 0) {
        std::array<char, 200> message{};
        ::regerror(code, regex.get(), message.data(), message.size());
        return fail(ErrorCode::usage, fmt::format("--function {}: {}", pattern, message.data()),
                    "give a POSIX extended regular expression, as grep -E takes it");
    }
    FunctionPattern result;
    result.regex_.reset(regex.release());
    return result;
}

bool FunctionPattern::matches(std::string_view name) const {
    // With REG_STARTEND (glibc, BSD) names may hold NULs, and need none at the end.
    regmatch_t range{.rm_so = 0, .rm_eo = static_cast<regoff_t>(name.size())};
    return ::regexec(regex_.get(), name.data(), 1, &range, REG_STARTEND) == 0;
}

}  // namespace pgoprof::cli
