#include "pgoprof/gosource/module_file.h"

#include <algorithm>
#include <cstdint>
#include <utility>

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
    const auto end = std::min({line.find_first_of(" \t\r()"), line.find("//"), line.size()});
    std::string token(line.substr(0, end));
    line.remove_prefix(end);
    return token;
}

std::vector<std::string> tokens_of(std::string_view line) {
    std::vector<std::string> tokens;
    for (std::string token = take_token(line); !token.empty(); token = take_token(line)) {
        tokens.push_back(std::move(token));
    }
    return tokens;
}

struct Directive {
    enum class Form : std::uint8_t { alone, block, in_block };

    std::size_t line = 0;  ///< from 1
    Form form = Form::alone;
    std::string verb;                    ///< in a block, that of the block
    std::vector<std::string> arguments;  ///< of a block: none
};

/// Calls `visit` with each directive. Returns the line of the block that is never closed, or 0.
template <typename Visit>
std::size_t visit_directives(std::string_view text, const Visit& visit) {
    using Form = Directive::Form;
    std::string block;  // the verb of the block that we are in
    std::size_t block_line = 0;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        std::vector<std::string> tokens = tokens_of(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (tokens.empty()) continue;
        if (block_line != 0) {
            if (tokens[0] == ")") block_line = 0;
            if (block_line != 0) visit(Directive{number, Form::in_block, block, std::move(tokens)});
            continue;
        }
        std::string verb = std::move(tokens[0]);
        tokens.erase(tokens.begin());
        const bool empty_block = tokens.size() == 2 && tokens[0] == "(" && tokens[1] == ")";
        if (!empty_block && (tokens.size() != 1 || tokens[0] != "(")) {
            visit(Directive{number, Form::alone, std::move(verb), std::move(tokens)});
            continue;
        }
        visit(Directive{number, Form::block, verb, {}});
        if (empty_block) continue;
        block = std::move(verb);
        block_line = number;
    }
    return block_line;
}

/// What is wrong with a directive of a go.work; empty if nothing is (x/mod/modfile, ParseWork).
std::string fault_in(const Directive& directive) {
    using Form = Directive::Form;
    const std::string& verb = directive.verb;
    const bool repeatable = verb == "use" || verb == "replace" || verb == "godebug";
    if (directive.form == Form::block) return repeatable ? "" : "unknown block type: " + verb;
    if (directive.form == Form::in_block && !repeatable) return {};  // told of the block
    if (!repeatable && verb != "go" && verb != "toolchain") return "unknown directive: " + verb;
    return verb == "use" && directive.arguments.size() != 1 ? "usage: use local/dir" : "";
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
    visit_directives(text, [&](Directive directive) {
        if (directive.verb == verb && !directive.arguments.empty()) {
            found.push_back(std::move(directive.arguments.front()));
        }
    });
    return found;
}

std::optional<WorkspaceFault> find_workspace_fault(std::string_view text) {
    std::optional<WorkspaceFault> first;
    const std::size_t unclosed = visit_directives(text, [&](const Directive& directive) {
        if (first) return;
        if (std::string fault = fault_in(directive); !fault.empty()) first = {directive.line, std::move(fault)};
    });
    if (!first && unclosed != 0) first = {unclosed, "unterminated block"};
    return first;
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
