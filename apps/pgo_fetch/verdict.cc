#include "pgo_fetch/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <ranges>
#include <string>
#include <utility>

#include "pgoprof/base/text.h"
#include "pgoprof/fetch/manifest.h"

namespace pgoprof::cli {
namespace {

bool is_captured(const FetchReport::Row& row) { return row.outcome == outcome_name(CaptureOutcome::captured); }

}  // namespace

Verdict Judge::complete(ExitCode failures) const {
    if (totals_.captured == 0 && totals_.failed == 0) {
        return refuse({.message = "no server was as busy as --min-cpu asks for"});
    }
    if (totals_.failed != 0 && !options_.min_success && !options_.best_effort) return {false, failures};
    const std::size_t asked = totals_.captured + totals_.failed;
    const MinSuccess least = options_.min_success.value_or(MinSuccess{});
    if (totals_.failed != 0 && !least.met(totals_.captured, totals_.failed)) {
        std::string message = fmt::format("{} of {} captures succeeded", totals_.captured, asked);
        if (options_.min_success) {
            message += fmt::format(", fewer than the {} that --min-success asks for", least.needed(asked));
        }
        return refuse({.code = ErrorCode::disagreement, .message = std::move(message)});
    }
    if (lacks_samples()) return refuse(idleness());
    if (totals_.failed == 0) return {true, ExitCode::done};
    console_.warning(fmt::format("{} of {} captures failed, and are not in the result", totals_.failed, asked));
    return {true, options_.best_effort ? ExitCode::done : ExitCode::partial};
}

Verdict Judge::interrupted() const {
    const bool writes = totals_.captured != 0 && !lacks_samples();
    std::string message = "interrupted: what is complete is kept, " + format_count(totals_.captured, "capture");
    if (totals_.captured == 0) {
        message = "interrupted: no capture is complete";
    } else if (!writes) {
        message = "interrupted: what is complete has no samples, and is not written";
    }
    return {writes, console_.error({.code = ErrorCode::interrupted, .message = message})};
}

Verdict Judge::refuse(const Error& error) const {
    if (!options_.best_effort) return {false, console_.error(error)};
    console_.warning(describe(error) + ": nothing is written");
    if (!error.remedy.empty()) console_.note(error.remedy);
    return {false, ExitCode::done};
}

bool Judge::lacks_samples() const {
    return !options_.output_path().empty() &&
           std::ranges::none_of(rows_, [](const auto& row) { return is_captured(row) && row.samples != 0; });
}

Error Judge::idleness() const {
    std::int64_t longest = 0;
    for (const auto& row : rows_ | std::views::filter(is_captured)) longest = std::max(longest, row.duration_nanos);
    const std::string time = longest == 0 ? std::string() : " for " + format_duration(longest);
    const std::string path = options_.output_path();
    return {.message = totals_.captured == 1 ? "the profile has no samples: the server was idle" + time
                                             : fmt::format("none of {} profiles has samples: the servers were idle{}",
                                                           totals_.captured, time),
            .remedy = (path == "-" ? std::string() : path + " is left as it was; ") + "collect under load" +
                      (options_.directory.empty() ? "" : ", into another directory") +
                      ": go build ignores a profile without samples"};
}

}  // namespace pgoprof::cli
