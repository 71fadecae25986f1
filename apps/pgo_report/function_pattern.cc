#include "pgo_report/function_pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <utility>

namespace pgoprof::cli {

FunctionPattern::FunctionPattern(std::unique_ptr<re2::RE2> regex) : regex_(std::move(regex)) {}
FunctionPattern::FunctionPattern(FunctionPattern&&) noexcept = default;
FunctionPattern& FunctionPattern::operator=(FunctionPattern&&) noexcept = default;
FunctionPattern::~FunctionPattern() = default;

Result<FunctionPattern> FunctionPattern::compile(const std::string& pattern) {
    RE2::Options options;
    options.set_encoding(RE2::Options::EncodingLatin1);  // names are bytes
    options.set_log_errors(false);
    auto regex = std::make_unique<re2::RE2>(pattern, options);
    if (!regex->ok()) {
        return fail(ErrorCode::usage, fmt::format("--function {}: {}", pattern, regex->error()),
                    "give a regular expression in Go's syntax");
    }
    return FunctionPattern(std::move(regex));
}

bool FunctionPattern::matches(std::string_view name) const {
    return re2::RE2::PartialMatch(re2::StringPiece(name.data(), name.size()), *regex_);
}

}  // namespace pgoprof::cli
