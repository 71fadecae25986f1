#include "pgoprof/config/lint_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "pgoprof/base/text.h"

// toml++ 3.3 asserts what malformed table headers break ("[[["), and then reports them as any other fault: it is to
// neither abort there nor, with NDEBUG, let the compiler take them for impossible.
#undef NDEBUG
#define TOML_ASSERT(condition) static_cast<void>(0)
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace pgoprof {
namespace {

/// The first fault ends it: a configuration is read whole or not at all.
class Reader {
public:
    explicit Reader(const std::string& file) : file_(file) {}

    Result<LintSettings> read(const toml::table& document) {
        for (const auto& [key, value] : document) {
            if (auto taken = take(key.str(), key, value); !taken) return fail(taken.error());
        }
        LintSettings settings = std::move(settings_);
        for (auto* changes : {&disabled_, &enabled_, &set_}) {
            settings.changes.insert(settings.changes.end(), changes->begin(), changes->end());
        }
        return settings;
    }

    std::unexpected<Error> fault(const toml::source_region& place, std::string message) const {
        return fail_in(fmt::format("{}:{}", file_, place.begin.line), {.message = std::move(message)});
    }

private:
    Result<> take(std::string_view name, const toml::key& key, const toml::node& value) {
        if (name == "go-version") return parsed(name, value, kGoVersionForm, parse_go_version, settings_.go_version);
        if (name == "fail-on") return parsed(name, value, kFailOnForm, parse_fail_on, settings_.fail_on);
        if (name == "max-age") return parsed(name, value, kAgeForm, parse_age, settings_.max_age_nanos);
        if (name == "max-size") return parsed(name, value, kSizeForm, parse_bytes, settings_.max_size);
        if (name == "disable") return take_rules(name, value, RuleChange::Kind::disable, disabled_);
        if (name == "enable") return take_rules(name, value, RuleChange::Kind::enable, enabled_);
        if (name == "severity") return take_severities(value);
        return fault(key.source(), fmt::format("unknown key {}", name));
    }

    template <typename Value>
    Result<> parsed(std::string_view name, const toml::node& node, std::string_view form,
                    std::optional<Value> (*parse)(std::string_view), std::optional<Value>& setting) const {
        const auto* text = node.as_string();
        if (!text) return fault(node.source(), fmt::format("{} must be a string: {}", name, form));
        setting = parse(text->get());
        if (!setting) return fault(node.source(), fmt::format("{} is \"{}\": give {}", name, text->get(), form));
        return {};
    }

    Result<> take_rules(std::string_view name, const toml::node& node, RuleChange::Kind kind,
                        std::vector<RuleChange>& changes) const {
        const auto* list = node.as_array();
        if (!list) return fault(node.source(), fmt::format("{} must be a list of rules", name));
        for (const toml::node& item : *list) {
            const auto* text = item.as_string();
            if (!text) return fault(item.source(), fmt::format("{} must be a list of rules, as strings", name));
            const auto rule = look_up_rule(text->get());
            if (!rule) return fault(item.source(), rule.error().message);
            changes.push_back({.rule = *rule, .kind = kind});
        }
        return {};
    }

    Result<> take_severities(const toml::node& node) {
        const auto* table = node.as_table();
        if (!table) return fault(node.source(), "severity must be a table of rules");
        std::map<const LintRule*, const toml::key*> named;
        for (const auto& [key, value] : *table) {
            const auto rule = look_up_rule(key.str());
            if (!rule) return fault(key.source(), rule.error().message);
            const auto [known, first] = named.emplace(*rule, &key);
            if (!first) return named_twice(*known->second, key);
            std::optional<Severity> severity;
            if (auto read = parsed(key.str(), value, kSeverityForm, parse_severity, severity); !read) return read;
            set_.push_back({.rule = *rule, .kind = RuleChange::Kind::set, .severity = *severity});
        }
        return {};
    }

    /// Says them in the order of the file: the table is sorted by key.
    std::unexpected<Error> named_twice(const toml::key& one, const toml::key& other) const {
        const bool in_order = one.source().begin.line < other.source().begin.line;
        const auto& [first, second] = in_order ? std::tie(one, other) : std::tie(other, one);
        return fault(second.source(), fmt::format("{} and {} are the same rule", first.str(), second.str()));
    }

    const std::string& file_;
    LintSettings settings_;
    std::vector<RuleChange> disabled_, enabled_, set_;
};

/// Keys, rules and values are of ASCII: other characters can stand in comments, and are wrong elsewhere, as "?" is. So
/// none of them reaches toml++ 3.3, which takes some for impossible (is_non_ascii_horizontal_whitespace).
std::string in_ascii(std::string_view text) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    std::string ascii(text);
    std::ranges::replace_if(ascii, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
    return ascii;
}

}  // namespace

Result<LintSettings> parse_lint_config(std::string_view text, const std::string& file) {
    if (text.size() > kLargestLintConfig) {
        return fail_in(file, {.code = ErrorCode::limit_exceeded, .message = "a configuration may have 16 KiB"});
    }
    Reader reader(file);
    const toml::parse_result parsed = toml::parse(in_ascii(text));
    if (!parsed) return reader.fault(parsed.error().source(), std::string(parsed.error().description()));
    return reader.read(parsed.table());
}

}  // namespace pgoprof
