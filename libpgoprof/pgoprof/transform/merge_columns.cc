#include "pgoprof/transform/merge_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "pgoprof/base/checked.h"
#include "pgoprof/transform/units.h"

namespace pgoprof::merging {
namespace {

/// The input's sample types, each name once.
ColumnPlan own_columns(const RawProfile& raw) {
    ColumnPlan plan;
    for (std::uint32_t i = 0; i < raw.sample_types.size(); ++i) {
        const std::string_view type = raw.string(raw.sample_types[i].type);
        if (std::ranges::find(plan.columns, type, &Column::type) != plan.columns.end()) continue;
        plan.columns.push_back({.type = std::string(type),
                                .unit = std::string(raw.string(raw.sample_types[i].unit)),
                                .slot = static_cast<std::uint32_t>(plan.columns.size())});
        plan.sources.push_back({.position = i});
        plan.rescale.push_back(1);
    }
    return plan;
}

std::string list_types(const std::vector<Column>& columns) {
    std::string text;
    for (const Column& column : columns) text += (text.empty() ? "" : ", ") + type_and_unit(column);
    return text;
}

/// Adds what has become of `column` now that an input has it as `own`, at `source`.
void join(ColumnPlan& plan, Column column, const Column& own, ColumnSource source) {
    std::int64_t rescale = 1;
    if (const auto common = common_unit(column.unit, own.unit)) {
        column.unit = std::string(common->unit);
        rescale = common->first_factor;
        source.factor = common->second_factor;
    } else {
        column.fault = Error{.message = fmt::format("sample type {}: units {} and {} do not convert", column.type,
                                                    column.unit, own.unit)};
    }
    plan.columns.push_back(std::move(column));
    plan.rescale.push_back(rescale);
    plan.sources.push_back(source);
}

}  // namespace

Result<ColumnPlan> plan_columns(const std::vector<Column>* before, const RawProfile& raw) {
    ColumnPlan own = own_columns(raw);
    if (own.columns.empty()) return fail(ErrorCode::invalid_content, "no sample types, hence nothing to merge");
    if (before == nullptr) return own;

    ColumnPlan plan;
    for (const Column& column : *before) {
        const auto found = std::ranges::find(own.columns, column.type, &Column::type);
        if (found == own.columns.end()) continue;
        const auto position = static_cast<std::size_t>(found - own.columns.begin());
        join(plan, column, *found, own.sources[position]);
    }
    if (plan.columns.empty()) {
        return fail(ErrorCode::invalid_content,
                    fmt::format("no sample type in common: {} here, {} in the inputs before", list_types(own.columns),
                                list_types(*before)));
    }
    return plan;
}

void rescale(SampleStore& samples, ColumnPlan& plan) {
    for (std::size_t c = 0; c < plan.columns.size(); ++c) {
        if (plan.rescale[c] == 1) continue;
        Column& column = plan.columns[c];
        samples.for_each([&](SampleId sample) {
            std::int64_t& value = samples.values(sample)[column.slot];
            const auto scaled = multiply_checked(value, plan.rescale[c]);
            if (!scaled && !column.fault) {
                column.fault = overflow_error(
                    fmt::format("{}: {} * {} does not fit in 64 bits", type_and_unit(column), value, plan.rescale[c]));
            }
            value = scaled.value_or(0);
        });
    }
}

std::string type_and_unit(const Column& column) { return column.type + "/" + column.unit; }

Error overflow_error(std::string message) {
    return {.code = ErrorCode::overflow, .message = std::move(message), .rule = "PGO126"};
}

}  // namespace pgoprof::merging
