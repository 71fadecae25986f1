#include "cli/pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <utility>

namespace pgoprof::cli {

Pattern::Pattern(std::unique_ptr<re2::RE2> regex) : regex_(std::move(regex)) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

Result<Pattern> Pattern::compile(std::string_view option, const std::string& pattern) {
    RE2::Options options;
    options.set_encoding(RE2::Options::EncodingLatin1);  // names are bytes
    options.set_log_errors(false);
    auto regex = std::make_unique<re2::RE2>(pattern, options);
    if (!regex->ok()) {
        return fail(ErrorCode::usage, fmt::format("{} {}: {}", option, pattern, regex->error()),
                    "give a regular expression in Go's syntax");
    }
    return Pattern(std::move(regex));
}

bool Pattern::matches(std::string_view text) const {
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *regex_);
}

std::string Pattern::fault_of(const std::string& replacement) const {
    std::string fault;
    regex_->CheckRewriteString(replacement, &fault);
    return fault;
}

std::string Pattern::replace(std::string_view text, const std::string& replacement) const {
    std::string result(text);
    re2::RE2::GlobalReplace(&result, *regex_, replacement);
    return result;
}

}  // namespace pgoprof::cli
