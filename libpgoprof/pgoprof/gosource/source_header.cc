#include "pgoprof/gosource/source_header.h"

#include <algorithm>
#include <cstddef>

namespace pgoprof {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v'; }

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

/// The rest of `line` after `prefix`, which must end there or go on with a space; nothing if it does not.
bool take_directive(std::string_view line, std::string_view prefix, std::string_view& rest) {
    if (!line.starts_with(prefix)) return false;
    rest = line.substr(prefix.size());
    return rest.empty() || rest[0] == ' ' || rest[0] == '\t';
}

/// Collects what the lines before the package clause say about builds.
class Constraints {
public:
    /// A line that is blank, or begins with a comment or code.
    void add_line(std::string_view line) {
        std::string_view rest;
        if (line.empty()) {
            if (leading_) plus_build_ = pending_;
        } else if (!line.starts_with("//")) {
            leading_ = false;
        } else if (take_directive(line, "//go:build", rest)) {
            go_build_ = go_build_lines_++ == 0 ? evaluate_go_build(rest) : Built::never;
        } else if (leading_ && take_directive(trim(line.substr(2)), "+build", rest)) {
            pending_ = std::min(pending_, evaluate_plus_build(rest));
        }
    }

    Built built() const { return go_build_lines_ != 0 ? go_build_ : plus_build_; }

private:
    bool leading_ = true;  ///< still among the leading line comments and blank lines
    int go_build_lines_ = 0;
    Built go_build_ = Built::always;
    Built plus_build_ = Built::always;
    Built pending_ = Built::always;  ///< counts if a blank line follows
};

/// Reads white space and comments, up to the first token.
class Preamble {
public:
    explicit Preamble(std::string_view source) : rest_(source) {
        if (rest_.starts_with("\xef\xbb\xbf")) rest_.remove_prefix(3);
    }

    /// What begins with the first token.
    std::string_view skip(Constraints* constraints) {
        while (!rest_.empty()) {
            const auto end = std::min(rest_.find('\n'), rest_.size());
            if (constraints && at_line_start_) constraints->add_line(trim(rest_.substr(0, end)));
            if (!skip_line()) break;
        }
        return rest_;
    }

private:
    /// To the end of the line or, where a block comment ends, to what follows it; false at a token.
    bool skip_line() {
        while (!rest_.empty() && rest_[0] != '\n' && is_space(rest_[0])) rest_.remove_prefix(1);
        if (rest_.starts_with("/*")) {
            const auto end = rest_.find("*/", 2);
            rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 2);
            at_line_start_ = false;
            return true;
        }
        if (!rest_.empty() && rest_[0] != '\n' && !rest_.starts_with("//")) return false;
        rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
        if (!rest_.empty()) rest_.remove_prefix(1);
        at_line_start_ = true;
        return true;
    }

    std::string_view rest_;
    bool at_line_start_ = true;
};

bool is_identifier_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

std::string_view take_identifier(std::string_view& text) {
    const auto end = static_cast<std::size_t>(std::ranges::find_if_not(text, is_identifier_character) - text.begin());
    const auto identifier = text.substr(0, end);
    text.remove_prefix(end);
    return identifier;
}

}  // namespace

SourceHeader read_source_header(std::string_view source) {
    Constraints constraints;
    std::string_view rest = Preamble(source).skip(&constraints);
    if (take_identifier(rest) != "package") return {};
    rest = Preamble(rest).skip(nullptr);
    return {.package = take_identifier(rest), .built = constraints.built()};
}

}  // namespace pgoprof
