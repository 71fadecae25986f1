// pgo-report: the hot call edges as the compiler sees them.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "cli/options.h"
#include "cli/tool.h"
#include "pgoprof/base/text.h"
#include "pgoprof/codec/preprofile.h"
#include "pgoprof/io/sink.h"
#include "pgoprof/io/source.h"
#include "pgoprof/load.h"
#include "pgoprof/model/invariants.h"
#include "pgoprof/report/edge_report.h"
#include "pgoprof/report/html_report.h"
#include "pgoprof/transform/call_edges.h"

namespace {

using namespace pgoprof;
using cli::ExitCode;

struct Options {
    std::string file;
    std::string output = "-";
    std::string format = "text";
    std::uint64_t top = 20;
    bool all = false;
    Limits limits;
};

/// The edges of a profile, and the sample type that they were weighed by unless it was preprofiled.
struct Weighed {
    EdgeProfile edges;
    std::optional<std::string> sample_type{};
};

Result<Weighed> weigh(const Loader::Content& content) {
    if (const auto* preprofiled = std::get_if<const EdgeProfile*>(&content)) return Weighed{.edges = **preprofiled};
    const RawProfile& raw = *std::get<const RawProfile*>(content);
    auto edges = build_call_edges(raw);
    if (!edges) return std::unexpected(std::move(edges.error()));
    Weighed weighed{.edges = std::move(*edges)};
    if (const auto column = chosen_sample_type(raw)) {
        const RawValueType& type = raw.sample_types[*column];
        weighed.sample_type = fmt::format("{}/{}", raw.string(type.type), raw.string(type.unit));
    }
    return weighed;
}

std::size_t edges_shown(const Options& options, const EdgeProfile& profile) {
    const bool all = options.all || options.format == "preprofile" || options.format == "html";
    return all ? profile.edges.size() : std::min<std::size_t>(options.top, profile.edges.size());
}

/// Every edge repeats its names: a file of kilobytes could ask for a report of gigabytes.
Result<> check_size(const EdgeProfile& profile, std::size_t shown, std::uint64_t budget) {
    std::uint64_t name_bytes = 0;
    for (const CallEdge& edge : std::span(profile.edges).first(shown)) {
        for (const StringId name : {edge.caller, edge.callee, edge.caller_file})
            name_bytes += profile.names[name].size();
    }
    // JSON takes several times the names: each escaped, in a tree and in the text of it.
    if (name_bytes <= budget / 4) return {};
    return std::unexpected(to_error({Invariant::size_limit,
                                     {0, OffsetSpace::inflated},
                                     fmt::format("the report would repeat names to {}", format_bytes(name_bytes))}));
}

Result<> write_html(const Options& options, const EdgeReport& report, const Loader::Content& content) {
    const auto* pprof = std::get_if<const RawProfile*>(&content);
    const auto page = html_report(report, pprof ? *pprof : nullptr);
    return page ? write_output(options.output, as_bytes(*page)) : fail_in(report.file, page.error());
}

Result<> write_report(const Options& options, const Weighed& weighed, const Loader::Content& content) {
    if (options.format == "preprofile") return write_output(options.output, encode_preprofile(weighed.edges).view());
    const EdgeReport report{
        .file = input_name(options.file),
        .profile = &weighed.edges,
        .hot = hot_set(weighed.edges),
        .sample_type = weighed.sample_type,
        .shown = edges_shown(options, weighed.edges),
    };
    if (options.format == "html") return write_html(options, report, content);
    const std::string text = options.format == "json" ? edges_json(report) : edges_text(report);
    return write_output(options.output, as_bytes(text));
}

ExitCode run(const Options& options, const cli::Console& console) {
    Loader loader(options.limits);
    const auto content = loader.load(options.file);
    if (!content) return console.error(content.error());
    const auto weighed = weigh(*content);
    if (!weighed) return console.error(fail_in(input_name(options.file), weighed.error()).error());
    if (weighed->edges.ignored != SilentlyIgnored::no) {
        console.warning(fmt::format("{}: the Go compiler ignores this profile: {}", input_name(options.file),
                                    reason(weighed->edges.ignored)));
    }
    const auto budget = options.limits.decode_budget(loader.stored_bytes());
    // A page has each name once, and cuts it.
    const std::size_t repeated = options.format == "html" ? 0 : edges_shown(options, weighed->edges);
    const auto modest = check_size(weighed->edges, repeated, budget);
    if (!modest) return console.error(fail_in(input_name(options.file), modest.error()).error());
    const auto written = write_report(options, *weighed, *content);
    return written ? ExitCode::done : console.error(written.error());
}

}  // namespace

int main(int argc, char** argv) {
    const cli::ToolInfo info{
        .name = "pgo-report",
        .summary = "Show the hot call edges of a profile as the Go compiler sees them.",
        .examples =
            "  pgo-report default.pgo\n"
            "  pgo-report --all --format json default.pgo\n"
            "  pgo-report --format preprofile -o default.preprofile default.pgo\n"
            "\n--format preprofile writes what `go tool preprofile` writes. A profile that the compiler silently\n"
            "ignores has no edges: that is a warning here. One sample can count on several edges, through\n"
            "inlined calls, so the total weight is not the number of samples.",
    };
    return cli::run_tool(argc, argv, info, [](CLI::App& app) -> cli::Run {
        auto options = std::make_shared<Options>();
        app.add_option("FILE", options->file, "The profile, pprof or preprofiled; - is stdin")->required();
        cli::add_choice_option(app, "--format", options->format, {"text", "json", "preprofile", "html"},
                               "How to print the edges");
        auto* top =
            cli::add_integer_option(app, "--top", options->top, 0, UINT32_MAX, "List the N heaviest edges [20]");
        app.add_flag("--all", options->all, "List all edges")->excludes(top);
        cli::add_output_option(app, options->output);
        cli::add_limits_option(app, options->limits);
        return [options](const cli::Console& console) { return run(*options, console); };
    });
}
