#include "pgoprof/transform/share.h"

#include <fmt/format.h>

#include <limits>

namespace pgoprof {
namespace {

__extension__ using Wide = __int128;

constexpr Wide kShareNanos = Wide{kShareSamples} * 10'000'000;

}  // namespace

Result<std::int64_t> share_factor(const ProfileTotals& totals, const InputSummary& summary, std::int64_t weight) {
    if (summary.scaled) return weight;
    if (summary.inputs > 1) {
        return fail(ErrorCode::disagreement, fmt::format("is a merge of {} inputs that are not scaled", summary.inputs),
                    "merge with --weight-by=target from the originals on");
    }
    if (!totals.samples && !totals.cpu_nanos) {
        return fail(ErrorCode::invalid_content, "its samples cannot be added up, and so not be given a share",
                    "leave it out, or merge with --weight-by=cpu");
    }
    const Wide total = totals.samples ? *totals.samples : *totals.cpu_nanos;
    if (total <= 0) return weight;
    const Wide share = (totals.samples ? Wide{kShareSamples} : kShareNanos) * weight;
    const Wide factor = (2 * share + total) / (2 * total);
    if (factor == 0) {
        return fail(
            ErrorCode::disagreement,
            fmt::format("has so many samples that nothing would be left of them in a share of {}", kShareSamples),
            "merge with --weight-by=cpu");
    }
    if (factor > std::numeric_limits<std::int64_t>::max()) {
        return fail(ErrorCode::overflow, fmt::format("weight {}: the factor does not fit in 64 bits", weight));
    }
    return static_cast<std::int64_t>(factor);
}

}  // namespace pgoprof
