// pgo-merge: many CPU profiles into one.
#include <malloc.h>

#include "cli/tool.h"
#include "pgo_merge/merge_run.h"
#include "pgo_merge/options.h"

namespace {

const pgoprof::cli::ToolInfo kInfo{
    .name = "pgo-merge",
    .summary =
        "Merge CPU profiles into one, exactly: the order of the files, the number of threads\n"
        "and partial merges change no byte of the result.",
    .examples =
        "  pgo-merge a.pprof b.pprof -o default.pgo\n"
        "  pgo-merge --durations=ignore captures/*.pprof -o merged.pprof\n"
        "  cat a.pprof | pgo-merge - b.pprof -o merged.pprof\n"
        "  find captures -name '*.pprof' | pgo-merge --input-files - -o merged.pprof\n"
        "  producer-of-frames | pgo-merge --framed -o merged.pprof\n",
};

}  // namespace

int main(int argc, char** argv) {
    using namespace pgoprof::cli;
    // Each of malloc's arenas reserves 64 MiB of address space, of which there may be too little for one a thread;
    // where none is left memory seems to have run out. Threads allocate seldom enough to share.
    ::mallopt(M_ARENA_MAX, 2);
    Options options;
    return run_tool(argc, argv, kInfo, [&](CLI::App& app) -> Run {
        declare_options(app, options);
        return [&](const Console& console) { return MergeRun(options, console).run(); };
    });
}
