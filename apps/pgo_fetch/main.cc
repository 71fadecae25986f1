// pgo-fetch: collect CPU profiles from running Go servers.
#include "cli/tool.h"
#include "pgo_fetch/fetch_run.h"
#include "pgo_fetch/options.h"

namespace {

const pgoprof::cli::ToolInfo kInfo{
    .name = "pgo-fetch",
    .summary = "Collect CPU profiles from running Go servers: from one, or from a fleet over time.",
    .examples = R"(  pgo-fetch localhost:6060 -o cpu.pprof
      30 seconds of profile from /debug/pprof/profile
  pgo-fetch https://user:password@example.com/debug/pprof/profile --seconds 60 -o cpu.pprof
  pgo-fetch localhost:6060 --seconds 5 | pgo-report -
  pgo-fetch --targets fleet.txt --min-success 90% --compact -o default.pgo
      merged as pgo-merge does it
  pgo-fetch --targets fleet.json --rounds 12 --every 5m --jitter --sample 10% --dir captures -o default.pgo
      an hour of a part of the fleet; the same command again resumes

The servers must import _ "net/http/pprof". Collect while they are under their usual load: the Go
compiler optimizes for what the profile shows. Nothing is written but whole profiles.
)",
};

}  // namespace

int main(int argc, char** argv) {
    using namespace pgoprof::cli;
    Options options;
    return run_tool(argc, argv, kInfo, [&](CLI::App& app) -> Run {
        declare_options(app, options);
        return [&](const Console& console) { return FetchRun(options, console).run(); };
    });
}
