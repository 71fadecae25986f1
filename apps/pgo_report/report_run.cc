#include "pgo_report/report_run.h"

#include <fmt/format.h>

#include <functional>
#include <string_view>
#include <utility>

#include "pgoprof/base/text.h"
#include "pgoprof/codec/preprofile.h"
#include "pgoprof/io/sink.h"
#include "pgoprof/model/invariants.h"
#include "pgoprof/report/change_report.h"
#include "pgoprof/report/edge_views.h"
#include "pgoprof/report/folded_text.h"
#include "pgoprof/report/html_report.h"
#include "pgoprof/transform/call_edges.h"
#include "pgoprof/transform/folded_stacks.h"

namespace pgoprof::cli {
namespace {

GroupBy group_by(std::string_view name) {
    if (name == "caller") return GroupBy::caller;
    return name == "callee" ? GroupBy::callee : GroupBy::package;
}

Need needs(const Options& options) {
    if (options.format == "folded") return Need::stacks;
    if (options.base) return Need::changes;
    const bool samples = options.function || options.format == "html";
    return samples ? Need::samples : Need::edges;
}

/// Documents are in memory as a whole, JSON as a tree and as its text, in which each name is escaped.
std::uint64_t document_limit(const Input& input) { return input.budget() / 4; }

}  // namespace

ReportRun::ReportRun(const Options& options, const Console& console)
    : options_(options), console_(console), input_(options.limits, needs(options)) {}

ExitCode ReportRun::run() {
    if (const auto sound = check_options(options_); !sound) return console_.error(sound.error());
    if (const auto known = compile_pattern(); !known) return console_.error(known.error());
    if (const auto loaded = load(input_, options_.file); !loaded) return console_.error(loaded.error());
    const auto done = write_view();
    return done ? *done : console_.error(fail_in(input_.name(), done.error()).error());
}

Result<> ReportRun::compile_pattern() {
    if (!options_.function) return {};
    auto pattern = Pattern::compile("--function", *options_.function);
    if (!pattern) return std::unexpected(std::move(pattern.error()));
    pattern_ = std::move(*pattern);
    return {};
}

Result<> ReportRun::load(Input& input, const std::string& path) const {
    auto loaded = input.load(path);
    if (loaded && input.edges().ignored != SilentlyIgnored::no) {
        console_.warning(
            fmt::format("{}: the Go compiler ignores this profile: {}", input.name(), reason(input.edges().ignored)));
    }
    return loaded;
}

Result<ExitCode> ReportRun::write_view() {
    if (options_.base) return write_changes();
    const auto write = [&]() -> Result<> {
        if (options_.function) return write_functions();
        if (options_.call_sites) return write_call_sites();
        if (options_.by != "edge") return write_groups();
        if (options_.format == "preprofile") return write_preprofile();
        if (options_.format == "dot") return write_dot();
        if (options_.format == "folded") return write_folded_stacks();
        if (options_.format == "html") return write_page();
        return write_edges();
    };
    const auto written = write();
    if (!written) return std::unexpected(written.error());
    return ExitCode::done;
}

EdgeReport ReportRun::edge_report(const Input& input, std::uint64_t rows) const {
    return {.file = input.name(),
            .profile = &input.edges(),
            .hot = hot_set(input.edges(), options_.hot_percent),
            .hot_percent = options_.hot_percent,
            .sample_type = input.sample_type(),
            .shown = options_.all ? SIZE_MAX : options_.top.value_or(rows)};
}

template <typename Report>
Result<> ReportRun::write(const Report& report, std::string (*text)(const Report&),
                          std::string (*json)(const Report&)) const {
    if (auto modest = check_size(name_bytes(report), document_limit(input_)); !modest) return modest;
    return write_output(options_.output, as_bytes(options_.format == "json" ? json(report) : text(report)));
}

/// Every row repeats names: a file of kilobytes could ask for a report of gigabytes.
Result<> ReportRun::check_size(std::uint64_t name_bytes, std::uint64_t limit) const {
    if (name_bytes <= limit) return {};
    return fail(over_budget({0, OffsetSpace::inflated},
                            fmt::format("the report would repeat names to {}", format_bytes(name_bytes))));
}

Result<> ReportRun::write_preprofile() const {
    const EdgeReport all{.profile = &input_.edges(), .shown = SIZE_MAX};
    if (auto modest = check_size(name_bytes(all), document_limit(input_)); !modest) return modest;
    return write_verbatim(options_.output, encode_preprofile(input_.edges()).text());
}

Result<> ReportRun::write_edges() const { return write(edge_report(input_), edges_text, edges_json); }

Result<> ReportRun::write_dot() const { return write(edge_report(input_, 80), edges_dot, edges_dot); }

Result<> ReportRun::write_folded_stacks() const {
    if (input_.raw() == nullptr) {
        return fail(ErrorCode::invalid_content, "a preprofiled file has call edges, but no stacks to fold",
                    "give the profile that it was made from");
    }
    if (input_.raw()->sample_count() > 0 && !input_.column()) return std::unexpected(no_usable_sample_type());
    const auto stacks = fold_stacks(*input_.raw(), input_.column().value_or(0));
    if (!stacks) return std::unexpected(stacks.error());
    if (auto modest = check_size(name_bytes(*stacks), input_.budget()); !modest) return modest;
    auto output = Output::open(options_.output);
    if (!output) return std::unexpected(output.error());
    if (auto written = write_folded(*stacks, [&](ByteView piece) { return output->write(piece); }); !written) {
        return written;
    }
    return output->commit();
}

/// It has each name once, and cuts it: its size needs no check.
Result<> ReportRun::write_page() const {
    const auto page = html_report(edge_report(input_, SIZE_MAX), input_.raw());
    if (!page) return std::unexpected(page.error());
    return write_output(options_.output, as_bytes(*page));
}

Result<> ReportRun::write_groups() const {
    GroupReport report{.of = edge_report(input_), .by = group_by(options_.by), .groups = {}};
    report.groups = group_edges(input_.edges(), report.of.hot, report.by);
    return write(report, groups_text, groups_json);
}

Result<> ReportRun::write_call_sites() const {
    CallSiteReport report{.of = edge_report(input_), .go_version = options_.go_version, .sites = {}};
    report.sites = call_sites(input_.edges(), report.of.hot);
    if (options_.all) report.callees_shown = UINT32_MAX;
    return write(report, call_sites_text, call_sites_json);
}

Result<> ReportRun::write_functions() const {
    const std::function<bool(std::string_view)> selected = [&](std::string_view name) {
        return pattern_->matches(name);
    };
    FunctionReport report{.of = edge_report(input_), .pattern = *options_.function, .functions = {}};
    StackGraph stacks;
    if (input_.column()) {
        auto built = build_stack_graph(*input_.raw(), *input_.column(), selected);
        if (!built) return std::unexpected(std::move(built.error()));
        stacks = std::move(*built);
        report.has_stacks = true;
    }
    report.functions = function_views(input_.edges(), report.of.hot, report.has_stacks ? &stacks : nullptr, selected);
    return write(report, functions_text, functions_json);
}

Result<ExitCode> ReportRun::write_changes() const {
    Input base(options_.limits, needs(options_));
    if (const auto loaded = load(base, *options_.base); !loaded) return std::unexpected(loaded.error());
    const ChangeReport report{
        .old_profile = edge_report(base),
        .new_profile = edge_report(input_),
        .changes = compare_edges({&base.edges(), base.sample_weight()}, {&input_.edges(), input_.sample_weight()},
                                 options_.hot_percent),
        .least_overlap = options_.fail_below,
    };
    const auto written = write(report, changes_text, changes_json);
    if (!written) return std::unexpected(written.error());
    return resembles(report) ? ExitCode::done : ExitCode::no;
}

}  // namespace pgoprof::cli
