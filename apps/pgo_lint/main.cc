// pgo-lint: says before the build what the compiler will make of a profile.
#include "cli/heap.h"
#include "cli/tool.h"
#include "pgo_lint/lint_run.h"
#include "pgo_lint/options.h"

namespace {

const pgoprof::cli::ToolInfo kInfo{
    .name = "pgo-lint",
    .summary =
        "Say before the build what the Go compiler will make of a profile. Without FILE: of the\n"
        "default.pgo of every main package at and below the working directory.",
    .examples =
        "  pgo-lint\n"
        "  pgo-lint --fail-on warning --max-age 30d default.pgo\n"
        "  pgo-lint --disable missing-duration --severity PGO301=error cmd/*/default.pgo\n"
        "  pgo-lint --format sarif -o pgo-lint.sarif\n"
        "  pgo-fetch localhost:6060 | pgo-lint -\n"
        "\nExits with 1 if the compiler would refuse, ignore or misread a profile; warnings leave it at 0,\n"
        "unless --fail-on warning asks for more. Exits with 4 if there is no default.pgo to judge.",
};

}  // namespace

int main(int argc, char** argv) {
    using namespace pgoprof::cli;
    prepare_heap();
    Options options;
    return run_tool(argc, argv, kInfo, [&](CLI::App& app) -> Run {
        declare_options(app, options);
        return [&](const Console& console) { return LintRun(options, console).run(); };
    });
}
