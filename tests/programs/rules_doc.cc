// Prints docs/rules.md from the rule table: rules_doc > docs/rules.md. A test compares the two.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "pgoprof/lint/lint.h"

using namespace pgoprof;

namespace {

struct Group {
    std::string_view prefix;
    std::string_view title;
    std::string_view text;
};

constexpr std::array kGroups{
    Group{"PGO1", "PGO1xx: structure", "What every tool here requires of a file, and Go mostly, too."},
    Group{"PGO2", "PGO2xx: acceptance", "What the Go toolchain refuses, ignores, or reads as something else."},
    Group{"PGO3", "PGO3xx: usefulness", "What Go accepts, and gains little from."},
    Group{"PGO4", "PGO4xx: hygiene and privacy", "What merging, storing and publishing a profile ask for."},
};

std::string_view in_words(GoVerdict verdict) {
    switch (verdict) {
        case GoVerdict::refuses:
            return "refuses it: the build ends with an error";
        case GoVerdict::crashes:
            return "crashes: preprofile panics, and the build ends with a stack trace";
        case GoVerdict::ignores:
            return "ignores it: builds without PGO, and does not say so";
        case GoVerdict::misreads:
            return "preprofile accepts it; the compiler fails, or reads something else";
        case GoVerdict::uses:
            break;
    }
    return "accepts it";
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

/// As in the anchors that renderers of Markdown make of headings.
std::string anchor(std::string_view id) {
    std::string text(id);
    std::ranges::transform(text, text.begin(), [](char c) { return lower(c); });
    return text;
}

std::string sentence(std::string_view summary) {
    const std::string_view end = summary.ends_with('?') ? "" : ".";
    return fmt::format("{}{}{}", upper(summary[0]), summary.substr(1), end);
}

/// Whole words, in lines of at most 120 characters. What Markdown would take for markup is escaped.
void print_paragraph(std::string_view text) {
    constexpr std::size_t kWidth = 120;
    std::string line;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        std::string escaped;
        for (const char c : word) {
            if (std::string_view("*<>[]`\\|").find(c) != std::string_view::npos) escaped += '\\';
            escaped += c;
        }
        if (!line.empty() && line.size() + 1 + escaped.size() > kWidth) {
            fmt::print("{}\n", line);
            line.clear();
        }
        line += (line.empty() ? "" : " ") + escaped;
    }
    fmt::print("{}\n", line);
}

void print_rule(const LintRule& rule) {
    fmt::print("\n### {} {}\n\n", rule.id, rule.name);
    fmt::print("**{}** · since Go 1.{} · Go {}\n\n", name(rule.severity), rule.since.minor, in_words(rule.go));
    print_paragraph(sentence(rule.summary));
    fmt::print("\n");
    print_paragraph(rule.explanation);
}

}  // namespace

int main() {
    fmt::print(
        "# The rules of pgo-lint\n\n"
        "<!-- Written by tests/programs/rules_doc.cc from the rule table (libpgoprof/pgoprof/lint): do not edit. "
        "-->\n\n"
        "Each rule has an id, which never changes its meaning, a name, and a severity. Errors are what the Go "
        "toolchain\n"
        "refuses, crashes on, or silently ignores, and what the tools here refuse; warnings are profiles that do "
        "little\n"
        "good or some harm; infos are worth knowing. The Go version is the first that the rule holds for. Of each "
        "rule,\n"
        "testdata/bad has a file that it speaks on, with what Go 1.{} does with it.\n",
        kNewestKnownGo.minor);
    for (const Group& group : kGroups) {
        fmt::print("\n## {}\n\n{}\n\n| id | name | severity | summary |\n|---|---|---|---|\n", group.title, group.text);
        const auto in_group = [&](const LintRule& rule) { return rule.id.starts_with(group.prefix); };
        for (const LintRule& rule : lint_rules()) {
            if (!in_group(rule)) continue;
            fmt::print("| [{}](#{}-{}) | {} | {} | {} |\n", rule.id, anchor(rule.id), rule.name, rule.name,
                       name(rule.severity), rule.summary);
        }
        for (const LintRule& rule : lint_rules()) {
            if (in_group(rule)) print_rule(rule);
        }
    }
}
