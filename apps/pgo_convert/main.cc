// pgo-convert: from any recording or profile to one that PGO can use, and to other tools' formats; rewriting.
#include "cli/heap.h"
#include "cli/tool.h"
#include "pgo_convert/convert_run.h"
#include "pgo_convert/options.h"

namespace {

const pgoprof::cli::ToolInfo kInfo{
    .name = "pgo-convert",
    .summary =
        "Convert a perf recording, or any other profile, to one that the Go compiler can use, or to\n"
        "another tool's format; rewrite names on the way.",
    .examples =
        "  pgo-convert perf.data -o default.pgo\n"
        "  pgo-convert --binary ./server --pid 4711 perf.data -o default.pgo\n"
        "  pgo-convert --binary ./server stacks.folded -o default.pgo\n"
        "  pgo-convert --to speedscope default.pgo -o default.speedscope.json\n"
        "  pgo-convert --rename example.com/old=example.com/new default.pgo -o renamed.pgo\n"
        "  pgo-convert --no-inline=stack-growth default.pgo -o calm.pgo\n"
        "  pgo-convert --anonymize --anonymize-key-file key default.pgo -o shared.pgo\n"
        "\nRewriting is done in this order: --sample-type, --focus and --ignore, labels, renaming in the order in\n"
        "which the options stand, --no-inline, --anonymize.",
};

}  // namespace

int main(int argc, char** argv) {
    using namespace pgoprof::cli;
    prepare_heap();
    Options options;
    return run_tool(argc, argv, kInfo, [&](CLI::App& app) -> Run {
        declare_options(app, options);
        return [&](const Console& console) { return ConvertRun(options, console).run(); };
    });
}
