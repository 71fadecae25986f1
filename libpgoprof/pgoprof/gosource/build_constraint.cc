#include "pgoprof/gosource/build_constraint.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace pgoprof {
namespace {

/// What the go command itself can set: GOOS and GOARCH (internal/syslist), and by its switches.
constexpr auto kSettable = std::to_array<std::string_view>(
    {"386",         "aix",          "amd64", "amd64p32", "android",   "arm",     "arm64",   "arm64be",  "armbe",
     "asan",        "boringcrypto", "cgo",   "darwin",   "dragonfly", "freebsd", "gc",      "gccgo",    "hurd",
     "illumos",     "ios",          "js",    "linux",    "loong64",   "mips",    "mips64",  "mips64le", "mips64p32",
     "mips64p32le", "mipsle",       "msan",  "nacl",     "netbsd",    "openbsd", "plan9",   "ppc",      "ppc64",
     "ppc64le",     "race",         "riscv", "riscv64",  "s390",      "s390x",   "solaris", "sparc",    "sparc64",
     "unix",        "wasip1",       "wasm",  "windows",  "zos"});

/// Go's newest release sets the tags of all before it.
constexpr int kNewestReleaseTag = 26;

bool is_release_tag(std::string_view tag) {
    if (!tag.starts_with("go1.")) return false;
    int minor = 0;
    const auto [end, error] = std::from_chars(tag.data() + 4, tag.data() + tag.size(), minor);
    return error == std::errc() && end == tag.data() + tag.size() && minor >= 1 && minor <= kNewestReleaseTag;
}

Built evaluate_tag(std::string_view tag) {
    if (is_release_tag(tag)) return Built::always;
    const bool settable = std::ranges::find(kSettable, tag) != kSettable.end() || tag.starts_with("goexperiment.");
    return settable ? Built::sometimes : Built::never;
}

Built negate(Built built) { return static_cast<Built>(2 - static_cast<int>(built)); }

/// Bytes beyond ASCII stand for the letters and digits of any script.
bool is_tag_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           static_cast<unsigned char>(c) >= 0x80;
}

/// The grammar of go/build/constraint: or, and, not, tags and parentheses. nullopt: malformed.
class Expression {
public:
    explicit Expression(std::string_view text) : rest_(text) {}

    std::optional<Built> evaluate() {
        const auto value = either();
        skip_space();
        return rest_.empty() ? value : std::nullopt;
    }

private:
    static constexpr int kDeepest = 1000;  ///< parentheses and negations within each other; Go has a limit, too

    std::optional<Built> either() {
        auto value = both();
        while (value && take("||")) {
            const auto other = both();
            value = other ? std::optional(std::max(*value, *other)) : std::nullopt;
        }
        return value;
    }

    std::optional<Built> both() {
        auto value = term();
        while (value && take("&&")) {
            const auto other = term();
            value = other ? std::optional(std::min(*value, *other)) : std::nullopt;
        }
        return value;
    }

    std::optional<Built> term() {
        if (++depth_ > kDeepest) return std::nullopt;
        std::optional<Built> value;
        if (take("!")) {
            value = term();
            if (value) value = negate(*value);
        } else if (take("(")) {
            value = either();
            if (!take(")")) value = std::nullopt;
        } else {
            value = tag();
        }
        --depth_;
        return value;
    }

    std::optional<Built> tag() {
        skip_space();
        const auto end = static_cast<std::size_t>(std::ranges::find_if_not(rest_, is_tag_character) - rest_.begin());
        if (end == 0) return std::nullopt;
        const Built value = evaluate_tag(rest_.substr(0, end));
        rest_.remove_prefix(end);
        return value;
    }

    bool take(std::string_view token) {
        skip_space();
        if (!rest_.starts_with(token)) return false;
        rest_.remove_prefix(token.size());
        return true;
    }

    void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }

    std::string_view rest_;
    int depth_ = 0;
};

/// Calls `visit` with each part of `text` between separators that is not empty.
template <typename Visit>
void split(std::string_view text, std::string_view separators, const Visit& visit) {
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(separators), text.size());
        if (end != 0) visit(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

}  // namespace

Built evaluate_go_build(std::string_view expression) {
    return Expression(expression).evaluate().value_or(Built::never);
}

Built evaluate_plus_build(std::string_view options) {
    Built any = Built::never;
    split(options, " \t", [&](std::string_view option) {
        Built all = Built::always;
        split(option, ",", [&](std::string_view term) {
            const bool negated = term.starts_with('!');
            const Built tag = evaluate_tag(negated ? term.substr(1) : term);
            all = std::min(all, negated ? negate(tag) : tag);
        });
        any = std::max(any, all);
    });
    return any;
}

}  // namespace pgoprof
