#include "pgoprof/transform/merge_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "pgoprof/base/checked.h"
#include "pgoprof/transform/durations.h"
#include "pgoprof/transform/merge_columns.h"
#include "pgoprof/transform/units.h"

namespace pgoprof::merging {
namespace {

struct Period {
    std::string_view type;
    std::string_view unit;
    std::int64_t value = 0;
};

Period period_of(const RawProfile& raw) {
    if (!raw.period_type) return {.value = raw.period};
    return {raw.string(raw.period_type->type), raw.string(raw.period_type->unit), raw.period};
}

std::string describe(const Period& period) {
    if (period.type.empty() && period.unit.empty()) return "none";
    return fmt::format("{}/{}", period.type, period.unit);
}

/// The larger of both, in the finer unit.
Result<Period> larger(const Period& a, const Period& b) {
    const auto common = common_unit(a.unit, b.unit);
    if (a.type != b.type || !common) {
        return fail(ErrorCode::invalid_content,
                    fmt::format("period type {} here, {} in the inputs before", describe(b), describe(a)),
                    "merge only profiles of one kind");
    }
    const auto first = multiply_checked(a.value, common->first_factor);
    const auto second = multiply_checked(b.value, common->second_factor);
    if (!first || !second) return fail(overflow_error("the period does not fit in 64 bits"));
    return Period{a.type, common->unit, std::max(*first, *second)};
}

std::unexpected<Error> refuse_mixture(bool scaled) {
    return fail(ErrorCode::disagreement,
                scaled ? "is scaled to its duration, unlike the inputs before"
                       : "is not scaled to its duration, unlike the inputs before",
                "merge all of them with --durations=scale, which scales what is not scaled yet");
}

void keep_smaller(std::string& kept, std::string_view other) {
    if (!other.empty() && (kept.empty() || other < kept)) kept = other;
}

}  // namespace

Result<> Header::add(const RawProfile& raw, bool scaled) {
    InputSummary own = input_summary(raw);
    own.scaled |= scaled;
    if (summary && summary->scaled != own.scaled) return refuse_mixture(own.scaled);
    Period merged_period = period_of(raw);
    if (summary) {
        const auto both = larger({period_type, period_unit, period}, merged_period);
        if (!both) return fail(both.error());
        merged_period = *both;
    }
    std::int64_t total = duration_nanos;
    if (!add_checked(total, raw.duration_nanos)) {
        return fail(overflow_error(
            fmt::format("the duration, {}ns + {}ns, does not fit in 64 bits", duration_nanos, raw.duration_nanos)));
    }

    period = merged_period.value;
    period_type = std::string(merged_period.type);
    period_unit = std::string(merged_period.unit);
    duration_nanos = total;
    if (raw.time_nanos != 0 && (time_nanos == 0 || raw.time_nanos < time_nanos)) time_nanos = raw.time_nanos;
    for (const std::int64_t index : raw.comments) {
        const std::string_view comment = raw.string(index);
        if (!parse_input_summary(comment) && !comments.contains(comment)) comments.emplace(comment);
    }
    keep_smaller(default_sample_type, raw.string(raw.default_sample_type));
    keep_smaller(doc_url, raw.string(raw.doc_url));
    keep_smaller(drop_frames, raw.string(raw.drop_frames));
    keep_smaller(keep_frames, raw.string(raw.keep_frames));
    summary = summary ? combine(*summary, own) : own;
    return {};
}

}  // namespace pgoprof::merging
