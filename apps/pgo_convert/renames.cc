#include "pgo_convert/renames.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "cli/pattern.h"
#include "pgoprof/base/trim.h"
#include "pgoprof/io/source.h"
#include "pgoprof/transform/no_inline.h"

namespace pgoprof::cli {
namespace {

/// What begins with # at the start of a line, or behind a blank: names of Go have neither there.
std::string_view without_comment(std::string_view line) {
    for (std::size_t at = line.find('#'); at != line.npos; at = line.find('#', at + 1)) {
        if (at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t') return line.substr(0, at);
    }
    return line;
}

class Planner {
public:
    Result<> add(const RenameOption& option) {
        if (option.kind == RenameOption::Kind::regex) return add_regex(option.value);
        if (option.kind == RenameOption::Kind::file) return add_file(option.value);
        return add_rule(option.value, "--rename ");
    }

    void add(RenameStep step) {
        plans_.emplace_back([step = std::move(step)](const Profile&) -> Result<RenameStep> { return step; });
    }

    std::vector<PlannedRename> take() && { return std::move(plans_); }

private:
    /// `place` begins messages about it.
    Result<> add_rule(std::string_view text, const std::string& place) {
        auto rule = RenameRule::parse(text);
        if (!rule) return fail(said_of(place, std::move(rule.error())));
        plans_.emplace_back([rule = std::move(*rule), place](const Profile& profile) -> Result<RenameStep> {
            auto step = rename_step(rule, profile);
            if (!step) return fail(said_of(place, std::move(step.error())));
            step->text = place + step->text;
            return step;
        });
        return {};
    }

    static Error said_of(const std::string& place, Error error) {
        error.message = place + error.message;
        return error;
    }

    /// A rule a line.
    Result<> add_file(const std::string& path) {
        constexpr std::uint64_t kLargest = 64 * kMiB;
        Buffer buffer;
        if (auto read = read_input(path, kLargest, buffer); !read) return fail_in(input_name(path), read.error());
        std::string_view text = as_text(buffer.view());
        for (std::size_t number = 1; !text.empty(); ++number) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            const std::string_view line = trim(without_comment(text.substr(0, end)), " \t\r");
            text.remove_prefix(std::min(end + 1, text.size()));
            if (line.empty()) continue;
            auto added = add_rule(line, fmt::format("{}:{}: ", input_name(path), number));
            if (!added) return added;
        }
        return {};
    }

    Result<> add_regex(const std::string& value) {
        const std::string option = "--rename-regex " + value;
        const std::size_t equals = value.find('=');
        if (equals == value.npos || equals == 0) {
            return fail(ErrorCode::usage, option + ": that is not REGEX=TEXT", "write = in the expression as \\x3d");
        }
        auto compiled = Pattern::compile("--rename-regex", value.substr(0, equals));
        if (!compiled) return fail(compiled.error());
        const auto pattern = std::make_shared<Pattern>(std::move(*compiled));
        const std::string replacement = value.substr(equals + 1);
        if (const std::string fault = pattern->fault_of(replacement); !fault.empty()) {
            return fail(ErrorCode::usage, fmt::format("{}: {}", option, fault), "\\1 to \\9 are the pattern's groups");
        }
        add(RenameStep{option, [pattern, replacement](const NamedFunction& function) -> std::optional<std::string> {
                           if (!pattern->matches(function.name)) return std::nullopt;
                           return pattern->replace(function.name, replacement);
                       }});
        return {};
    }

    std::vector<PlannedRename> plans_;
};

}  // namespace

Result<std::vector<PlannedRename>> plan_renames(const RewriteOptions& options) {
    Planner planner;
    for (const RenameOption& option : options.renames) {
        if (auto added = planner.add(option); !added) return fail(added.error());
    }
    for (const std::string& function : options.no_inline) {
        planner.add(function == "stack-growth" ? no_stack_growth_step() : no_inline_step(function));
    }
    return std::move(planner).take();
}

}  // namespace pgoprof::cli
