#include "pgo_convert/rewriting.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/random.h>

#include <array>
#include <memory>
#include <utility>

#include "cli/pattern.h"
#include "pgoprof/io/source.h"
#include "pgoprof/transform/anonymize.h"
#include "pgoprof/transform/no_inline.h"
#include "pgoprof/transform/rename.h"
#include "pgoprof/transform/tidy.h"

namespace pgoprof::cli {
namespace {

class Rewriter {
public:
    Rewriter(Profile profile, const RewriteOptions& options, const Console& console)
        : profile_(std::move(profile)), options_(options), console_(console) {}

    Result<Profile> run() {
        if (auto selected = select(); !selected) return fail(selected.error());
        if (auto renamed = rename(); !renamed) return fail(renamed.error());
        if (options_.anonymize) {
            if (auto replaced = anonymize_all(); !replaced) return fail(replaced.error());
        }
        return std::move(profile_);
    }

private:
    Result<> replace_by(Result<Profile> profile) {
        if (!profile) return fail(std::move(profile.error()));
        profile_ = std::move(*profile);
        return {};
    }

    /// Sample types, stacks and labels.
    Result<> select() {
        Selection selection;
        if (options_.sample_type) {
            const auto type = find_sample_type(profile_, *options_.sample_type);
            if (!type) return fail(type.error());
            selection.sample_type = *type;
        }
        if (auto filtered = filter("--focus", options_.focus, true, selection); !filtered) return filtered;
        if (auto filtered = filter("--ignore", options_.ignore, false, selection); !filtered) return filtered;
        selection.label_keys = options_.keep_labels;
        if (options_.drop_labels) selection.label_keys.emplace();
        if (!selection.sample_type && !selection.samples && !selection.label_keys) return {};
        note_samples(selection);
        return replace_by(tidy(profile_, selection));
    }

    /// Keeps those samples whose match with the pattern is `wanted`.
    Result<> filter(std::string_view option, const std::optional<std::string>& text, bool wanted,
                    Selection& selection) {
        if (!text) return {};
        const auto pattern = Pattern::compile(option, *text);
        if (!pattern) return fail(pattern.error());
        const auto matching = samples_matching(profile_, [&](std::string_view name) { return pattern->matches(name); });
        if (!selection.samples) selection.samples.emplace(matching.size(), true);
        bool any = false;
        for (std::size_t i = 0; i < matching.size(); ++i) {
            any = any || matching[i];
            (*selection.samples)[i] = (*selection.samples)[i] && matching[i] == wanted;
        }
        if (!any) console_.warning(fmt::format("{} {} matches no stack", option, *text));
        return {};
    }

    void note_samples(const Selection& selection) const {
        if (!selection.samples) return;
        const auto kept = std::count(selection.samples->begin(), selection.samples->end(), true);
        console_.note(fmt::format("{} of {} stacks are kept", kept, selection.samples->size()));
    }

    Result<> rename() {
        std::vector<RenameStep> steps;
        for (const RenameOption& option : options_.renames) {
            if (auto added = add_step(option, steps); !added) return added;
        }
        for (const std::string& function : options_.no_inline) {
            steps.push_back(function == "stack-growth" ? no_stack_growth_step() : no_inline_step(function));
        }
        if (steps.empty()) return {};
        report(rename_functions(profile_, steps));
        return replace_by(tidy(profile_));
    }

    Result<> add_step(const RenameOption& option, std::vector<RenameStep>& steps) {
        if (option.kind == RenameOption::Kind::regex) return add_regex(option.value, steps);
        if (option.kind == RenameOption::Kind::file) return add_file(option.value, steps);
        return add_rule(option.value, "--rename ", steps);
    }

    Result<> add_rule(std::string_view text, std::string_view what, std::vector<RenameStep>& steps) {
        const auto rule = RenameRule::parse(text);
        if (!rule) return fail(with_prefix(what, rule.error()));
        auto step = rename_step(*rule, profile_);
        if (!step) return fail(with_prefix(what, step.error()));
        step->text = std::string(what) + step->text;
        steps.push_back(std::move(*step));
        return {};
    }

    static Error with_prefix(std::string_view what, Error error) {
        error.message = std::string(what) + error.message;
        return error;
    }

    /// A rule a line.
    Result<> add_file(const std::string& path, std::vector<RenameStep>& steps) {
        Buffer buffer;
        if (auto read = read_input(path, kMiB * 64, buffer); !read) return fail_in(input_name(path), read.error());
        std::string_view text = as_text(buffer.view());
        for (std::size_t number = 1; !text.empty(); ++number) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            const std::string_view line = trim(text.substr(0, end));
            text.remove_prefix(std::min(end + 1, text.size()));
            if (line.empty() || line.starts_with('#')) continue;
            const std::string place = fmt::format("{}:{}: ", input_name(path), number);
            if (auto added = add_rule(line, place, steps); !added) return added;
        }
        return {};
    }

    static std::string_view trim(std::string_view text) {
        constexpr std::string_view kSpace = " \t\r";
        const std::size_t begin = text.find_first_not_of(kSpace);
        if (begin == text.npos) return {};
        return text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
    }

    static Result<> add_regex(const std::string& value, std::vector<RenameStep>& steps) {
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
        steps.push_back({option, [pattern, replacement](const NamedFunction& function) -> std::optional<std::string> {
                             if (!pattern->matches(function.name)) return std::nullopt;
                             return pattern->replace(function.name, replacement);
                         }});
        return {};
    }

    void report(const RenameReport& report) const {
        for (const RenameEffect& effect : report.effects) {
            if (effect.functions == 0) {
                console_.warning(fmt::format("{}: no function of the profile is meant by it", effect.text));
                continue;
            }
            const std::string functions =
                fmt::format("{} function{} renamed", effect.functions, effect.functions == 1 ? "" : "s");
            const double share = 100.0 * static_cast<double>(effect.edge_weight) /
                                 static_cast<double>(std::max<std::int64_t>(1, report.total_weight));
            console_.note(report.total_weight == 0
                              ? fmt::format("{}: {}", effect.text, functions)
                              : fmt::format("{}: {}, on {:.2f}% of the edges' weight", effect.text, functions, share));
        }
        for (const std::string& name : report.joined) {
            console_.note(fmt::format("several functions are now {}: their weights are added up", name));
        }
    }

    Result<> anonymize_all() {
        Buffer key;
        if (auto got = get_key(key); !got) return got;
        auto anonymous = anonymize(profile_, key.view());
        if (!anonymous) return fail(anonymous.error());
        profile_ = std::move(anonymous->profile);
        console_.note(fmt::format("{} functions have got other names, {} are the standard library's",
                                  anonymous->replaced, anonymous->kept));
        return {};
    }

    Result<> get_key(Buffer& key) const {
        constexpr std::size_t kShortest = 16;
        if (!options_.key_file.empty()) {
            const std::string name = input_name(options_.key_file);
            if (auto read = read_input(options_.key_file, kMiB, key); !read) return fail_in(name, read.error());
            if (key.size() >= kShortest) return {};
            return fail_in(name, {.message = fmt::format("a key of less than {} bytes can be guessed", kShortest),
                                  .remedy = "head -c 32 /dev/urandom makes a good one"});
        }
        std::array<std::byte, 32> random{};
        if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
            return fail(ErrorCode::io_failure, "the system gives no random numbers");
        }
        key.append(as_text(random));
        return {};
    }

    Profile profile_;
    const RewriteOptions& options_;
    const Console& console_;
};

}  // namespace

Result<Profile> rewrite(Profile profile, const RewriteOptions& options, const Console& console) {
    return Rewriter(std::move(profile), options, console).run();
}

}  // namespace pgoprof::cli
