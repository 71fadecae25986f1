#include "pgoprof/transform/profile_totals.h"

#include <algorithm>

#include "pgoprof/base/checked.h"

namespace pgoprof {

TotalsSum::TotalsSum(const RawProfile& tables)
    : samples_(column(tables, "samples", "count")), cpu_nanos_(column(tables, "cpu", "nanoseconds")) {}

TotalsSum::Column TotalsSum::column(const RawProfile& tables, std::string_view type, std::string_view unit) {
    const auto found = std::ranges::find_if(tables.sample_types, [&](const RawValueType& listed) {
        return tables.string(listed.type) == type && tables.string(listed.unit) == unit;
    });
    if (found == tables.sample_types.end()) return {};
    return {.position = static_cast<std::size_t>(found - tables.sample_types.begin()), .sum = 0};
}

void TotalsSum::add(Column& column, const RawSamples& batch) {
    for (std::size_t i = 0; column.sum && i < batch.sample_count(); ++i) {
        if (!add_checked(*column.sum, batch.sample_values(i)[column.position])) column.sum.reset();
    }
}

void TotalsSum::add(const RawSamples& batch) {
    add(samples_, batch);
    add(cpu_nanos_, batch);
}

ProfileTotals profile_totals(const RawProfile& raw) {
    TotalsSum sum(raw);
    sum.add(raw);
    return sum.totals();
}

std::optional<double> cpu_cores(const ProfileTotals& totals, std::int64_t duration_nanos) {
    if (!totals.cpu_nanos || duration_nanos <= 0) return std::nullopt;
    return static_cast<double>(*totals.cpu_nanos) / static_cast<double>(duration_nanos);
}

}  // namespace pgoprof
