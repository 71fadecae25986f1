#include "pgo_convert/rewriting.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "pgoprof/base/text.h"
#include "pgoprof/io/source.h"
#include "pgoprof/transform/anonymize.h"
#include "pgoprof/transform/rename.h"

namespace pgoprof::cli {
namespace {

Result<std::optional<Pattern>> compile(std::string_view option, const std::optional<std::string>& text) {
    if (!text) return std::nullopt;
    auto pattern = Pattern::compile(option, *text);
    if (!pattern) return fail(std::move(pattern.error()));
    return std::move(*pattern);
}

void report_effect(const RenameEffect& effect, std::int64_t total_weight, const Console& console) {
    if (effect.functions == 0) {
        console.warning(fmt::format("{}: no function of the profile is meant by it", effect.text));
        return;
    }
    std::string text = fmt::format("{}: {} renamed", effect.text, format_count(effect.functions, "function"));
    if (total_weight != 0) {
        const double share = static_cast<double>(effect.edge_weight) / static_cast<double>(total_weight) * 100;
        text += fmt::format(", on {:.2f}% of the edges' weight", share);
    }
    console.note(text);
}

void report_renames(const RenameReport& report, const Console& console) {
    constexpr std::size_t kShown = 5;
    for (const RenameEffect& effect : report.effects) report_effect(effect, report.total_weight, console);
    for (std::size_t i = 0; i < std::min(kShown, report.joined.size()); ++i) {
        console.note(fmt::format("several functions are now {}: their weights are added up", report.joined[i]));
    }
    if (report.joined.size() > kShown)
        console.note(fmt::format("so it is with {} more", report.joined.size() - kShown));
}

}  // namespace

Result<Rewriting> Rewriting::prepare(const RewriteOptions& options) {
    Rewriting rewriting(options);
    auto focus = compile("--focus", options.focus);
    if (!focus) return fail(focus.error());
    rewriting.focus_ = std::move(*focus);
    auto ignore = compile("--ignore", options.ignore);
    if (!ignore) return fail(ignore.error());
    rewriting.ignore_ = std::move(*ignore);
    auto renames = plan_renames(options);
    if (!renames) return fail(renames.error());
    rewriting.renames_ = std::move(*renames);
    if (options.anonymize) {
        if (auto read = rewriting.read_key(); !read) return fail(read.error());
    }
    return rewriting;
}

Result<> Rewriting::read_key() {
    constexpr std::size_t kShortest = 16;
    if (!options_.key_file.empty()) {
        const std::string name = input_name(options_.key_file);
        if (auto read = read_input(options_.key_file, kMiB, key_); !read) return fail_in(name, read.error());
        if (key_.size() >= kShortest) return {};
        return fail_in(name, {.message = fmt::format("a key of less than {} bytes can be guessed", kShortest),
                              .remedy = "head -c 32 /dev/urandom makes a good one"});
    }
    std::array<char, 32> random{};
    if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
        return fail(ErrorCode::io_failure, "the system gives no random numbers");
    }
    key_.append(std::string_view(random.data(), random.size()));
    return {};
}

Result<Profile> Rewriting::apply(Profile profile, const Console& console) const {
    const auto selection = select(profile, console);
    if (!selection) return fail(selection.error());
    if (selection->sample_type || selection->samples || selection->label_keys) {
        auto selected = tidy(profile, *selection);
        if (!selected) return selected;
        profile = std::move(*selected);
    }
    if (!renames_.empty()) {
        auto renamed = rename(std::move(profile), console);
        if (!renamed) return renamed;
        profile = std::move(*renamed);
    }
    if (options_.anonymize) return replace_names(profile, console);
    return profile;
}

Result<Selection> Rewriting::select(const Profile& profile, const Console& console) const {
    Selection selection;
    if (options_.sample_type) {
        const auto type = find_sample_type(profile, *options_.sample_type);
        if (!type) return fail(type.error());
        selection.sample_type = *type;
    }
    filter(profile, focus_, true, selection);
    filter(profile, ignore_, false, selection);
    if (selection.samples) {
        const auto kept = std::ranges::count(*selection.samples, true);
        console.note(fmt::format("{} of {} {} kept", kept, format_count(selection.samples->size(), "stack"),
                                 kept == 1 ? "is" : "are"));
    }
    selection.label_keys = options_.keep_labels;
    if (options_.drop_labels) selection.label_keys.emplace();
    return selection;
}

/// Keeps those of the samples whose match with the pattern is `wanted`.
void Rewriting::filter(const Profile& profile, const std::optional<Pattern>& pattern, bool wanted,
                       Selection& selection) const {
    if (!pattern) return;
    const auto matching = samples_matching(profile, [&](std::string_view text) { return pattern->matches(text); });
    if (!selection.samples) selection.samples.emplace(matching.size(), true);
    for (std::size_t i = 0; i < matching.size(); ++i) {
        (*selection.samples)[i] = (*selection.samples)[i] && matching[i] == wanted;
    }
}

Result<Profile> Rewriting::rename(Profile profile, const Console& console) const {
    std::vector<RenameStep> steps;
    for (const PlannedRename& plan : renames_) {
        auto step = plan(profile);
        if (!step) return fail(step.error());
        steps.push_back(std::move(*step));
    }
    const RenameReport report = rename_functions(profile, steps);
    if (!report.emptied.empty()) {
        return fail(ErrorCode::usage, fmt::format("--rename-regex leaves nothing of the name {}", report.emptied),
                    "write an expression that keeps some of it; --ignore leaves stacks out");
    }
    report_renames(report, console);
    return tidy(profile);
}

Result<Profile> Rewriting::replace_names(const Profile& profile, const Console& console) const {
    auto anonymous = anonymize(profile, key_.view());
    if (!anonymous) return fail(anonymous.error());
    console.note(fmt::format("{} {} got other names, {} {}: Go's own", format_count(anonymous->replaced, "function"),
                             anonymous->replaced == 1 ? "has" : "have", anonymous->kept,
                             anonymous->kept == 1 ? "keeps its name" : "keep theirs"));
    return std::move(anonymous->profile);
}

}  // namespace pgoprof::cli
