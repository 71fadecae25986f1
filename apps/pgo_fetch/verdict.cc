#include "pgo_fetch/verdict.h"

#include <fmt/format.h>

#include <string>

namespace pgoprof::cli {

Verdict Judge::complete(ExitCode failures) const {
    if (totals_.captured == 0 && totals_.failed == 0) {
        return refuse({.message = "no server was as busy as --min-cpu asks for"});
    }
    if (totals_.failed == 0) return {true, ExitCode::done};
    if (!options_.min_success && !options_.best_effort) return {false, failures};
    const std::string share = fmt::format("{} of {} captures", totals_.failed, totals_.captured + totals_.failed);
    if (!options_.min_success.value_or(MinSuccess{}).met(totals_.captured, totals_.failed)) {
        return refuse({.code = ErrorCode::disagreement,
                       .message = share + " failed, more than --min-success or --best-effort can do without"});
    }
    console_.warning(share + " failed, and are not in the result");
    return {true, options_.best_effort ? ExitCode::done : ExitCode::partial};
}

Verdict Judge::interrupted() const {
    const std::string message =
        totals_.captured == 0 ? "interrupted: no capture is complete"
                              : fmt::format("interrupted: what is complete is kept, {} captures", totals_.captured);
    return {totals_.captured != 0, console_.error({.code = ErrorCode::interrupted, .message = message})};
}

Verdict Judge::refuse(const Error& error) const {
    if (!options_.best_effort) return {false, console_.error(error)};
    console_.warning(describe(error) + ": nothing is written");
    return {false, ExitCode::done};
}

}  // namespace pgoprof::cli
