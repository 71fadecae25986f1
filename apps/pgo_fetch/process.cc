#include "pgo_fetch/process.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <csignal>

namespace pgoprof::cli {

Result<> prepare_process(std::size_t parallel) {
    // While a name is looked up and both kinds of addresses are tried, a transfer has up to four files open.
    constexpr rlim_t kFilesEach = 4;
    constexpr rlim_t kOtherFiles = 64;
    std::signal(SIGPIPE, SIG_IGN);
    const rlim_t needed = kFilesEach * parallel + kOtherFiles;
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= needed) return {};
    if (files.rlim_max < needed) {
        const rlim_t possible = files.rlim_max > kOtherFiles ? (files.rlim_max - kOtherFiles) / kFilesEach : 0;
        return fail(ErrorCode::usage,
                    fmt::format("{} transfer{} at once need{} {} open files, and the system allows {}", parallel,
                                parallel == 1 ? "" : "s", parallel == 1 ? "s" : "", needed, files.rlim_max),
                    possible == 0 ? "raise the limit: ulimit -n"
                                  : fmt::format("--parallel {} is possible, or raise the limit: ulimit -n", possible));
    }
    files.rlim_cur = needed;
    (void)setrlimit(RLIMIT_NOFILE, &files);
    return {};
}

}  // namespace pgoprof::cli
