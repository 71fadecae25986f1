#include "pgoprof/transform/profile_totals.h"

#include <algorithm>
#include <string_view>

#include "pgoprof/base/checked.h"

namespace pgoprof {
namespace {

std::optional<std::int64_t> total(const RawProfile& raw, std::string_view type, std::string_view unit) {
    const auto found = std::ranges::find_if(raw.sample_types, [&](const RawValueType& listed) {
        return raw.string(listed.type) == type && raw.string(listed.unit) == unit;
    });
    if (found == raw.sample_types.end()) return std::nullopt;
    const auto column = static_cast<std::size_t>(found - raw.sample_types.begin());
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < raw.sample_count(); ++i) {
        if (!add_checked(sum, raw.sample_values(i)[column])) return std::nullopt;
    }
    return sum;
}

}  // namespace

ProfileTotals profile_totals(const RawProfile& raw) {
    return {.samples = total(raw, "samples", "count"), .cpu_nanos = total(raw, "cpu", "nanoseconds")};
}

std::optional<double> cpu_cores(const ProfileTotals& totals, std::int64_t duration_nanos) {
    if (!totals.cpu_nanos || duration_nanos <= 0) return std::nullopt;
    return static_cast<double>(*totals.cpu_nanos) / static_cast<double>(duration_nanos);
}

}  // namespace pgoprof
