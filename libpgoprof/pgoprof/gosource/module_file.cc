#include "pgoprof/gosource/module_file.h"

#include <algorithm>

namespace pgoprof {
namespace {

constexpr std::string_view kSpace = " \t\r";

/// The next token of a line, unquoted: "a b", `a b` or a run without spaces. Empty at the end and at a comment.
std::string take_token(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(kSpace), line.size()));
    if (line.empty() || line.starts_with("//")) return {};
    if (line[0] == '(' || line[0] == ')') {
        const std::string token(line.substr(0, 1));
        line.remove_prefix(1);
        return token;
    }
    if (line[0] == '"' || line[0] == '`') {
        const auto end = std::min(line.find(line[0], 1), line.size());
        std::string token(line.substr(1, end - 1));
        line.remove_prefix(std::min(end + 1, line.size()));
        return token;
    }
    const auto end = std::min(line.find_first_of(" \t\r()"), line.size());
    std::string token(line.substr(0, end));
    line.remove_prefix(end);
    return token;
}

/// "/x/", as the go command compares them.
std::string between_slashes(std::string_view path) {
    std::string text(path);
    if (!text.starts_with('/')) text.insert(0, 1, '/');
    if (!text.ends_with('/')) text += '/';
    return text;
}

}  // namespace

std::vector<std::string> module_directives(std::string_view text, std::string_view verb) {
    std::vector<std::string> found;
    std::string block;  // the verb of the block that we are in
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        std::string token = take_token(line);
        if (token.empty()) continue;
        if (token == ")") {
            block.clear();
        } else if (!block.empty()) {
            if (block == verb) found.push_back(std::move(token));
        } else {
            std::string argument = take_token(line);
            if (argument == "(") {
                block = std::move(token);
            } else if (token == verb && !argument.empty()) {
                found.push_back(std::move(argument));
            }
        }
    }
    return found;
}

IgnoredFolders::IgnoredFolders(const std::vector<std::string>& patterns) {
    for (const std::string& pattern : patterns) {
        const bool at_root = pattern.starts_with("./");
        (at_root ? at_root_ : anywhere_).push_back(between_slashes(at_root ? pattern.substr(2) : pattern));
    }
}

bool IgnoredFolders::contains(std::string_view folder) const {
    const std::string path = between_slashes(folder);
    return std::ranges::any_of(at_root_, [&](const std::string& pattern) { return path.starts_with(pattern); }) ||
           std::ranges::any_of(anywhere_, [&](const std::string& pattern) { return path.find(pattern) != path.npos; });
}

}  // namespace pgoprof
