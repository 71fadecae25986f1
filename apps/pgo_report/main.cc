// pgo-report: the hot call edges as the compiler sees them.
#include "cli/heap.h"
#include "cli/tool.h"
#include "pgo_report/options.h"
#include "pgo_report/report_run.h"

namespace {

const pgoprof::cli::ToolInfo kInfo{
    .name = "pgo-report",
    .summary = "Show the hot call edges of a profile as the Go compiler sees them.",
    .examples =
        "  pgo-report default.pgo\n"
        "  pgo-report --by package default.pgo\n"
        "  pgo-report --call-sites --top 50 default.pgo\n"
        "  pgo-report --function '^main\\.' default.pgo\n"
        "  pgo-report --base last-week.pgo --fail-below 70% default.pgo\n"
        "  pgo-report --format dot default.pgo | dot -Tsvg -o hot.svg\n"
        "  pgo-report --format folded default.pgo | flamegraph.pl > flames.svg\n"
        "  pgo-report --all --format json default.pgo\n"
        "  pgo-report --format preprofile -o default.preprofile default.pgo\n"
        "\n--format preprofile writes what `go tool preprofile` writes. A profile that the compiler silently\n"
        "ignores has no edges: that is a warning here. One sample can count on several edges, through\n"
        "inlined calls, so the total weight is not the number of samples.",
};

}  // namespace

int main(int argc, char** argv) {
    using namespace pgoprof::cli;
    prepare_heap();
    Options options;
    return run_tool(argc, argv, kInfo, [&](CLI::App& app) -> Run {
        declare_options(app, options);
        return [&](const Console& console) { return ReportRun(options, console).run(); };
    });
}
