#include "pgoprof/transform/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "pgoprof/transform/call_edges.h"
#include "pgoprof/transform/compact.h"
#include "pgoprof/transform/merge_columns.h"
#include "pgoprof/transform/merge_fold.h"
#include "pgoprof/transform/merge_output.h"

namespace pgoprof {
namespace {

using merging::Column;
using merging::Folded;
using merging::Folder;

Result<> refuse_negative(const RawProfile& raw) {
    const auto refuse = [](std::string what) {
        return fail(
            ErrorCode::invalid_content, std::move(what),
            "differences of profiles are no input to a PGO build; to merge them all the same: --allow-negative");
    };
    const auto found = std::ranges::find_if(raw.values, [](std::int64_t value) { return value < 0; });
    if (found != raw.values.end()) return refuse(fmt::format("a sample has a negative value, {}", *found));
    if (raw.duration_nanos < 0) return refuse(fmt::format("the duration is negative, {}ns", raw.duration_nanos));
    return {};
}

/// The one that the compiler reads of the full merge, where samples/count comes first. A column whose units do not
/// convert fails the merge, as it fails the full one: which of the units it has now depends on the order of the inputs.
Result<> keep_chosen_column(std::vector<Column>& columns) {
    for (Column& column : columns) {
        if (column.fault && column.fault->code != ErrorCode::overflow) return fail(std::move(*column.fault));
    }
    for (const std::string_view name : {"samples/count", "cpu/nanoseconds"}) {
        const auto found = std::ranges::find(columns, name, merging::type_and_unit);
        if (found == columns.end()) continue;
        columns = {std::move(*found)};
        return {};
    }
    return std::unexpected(no_usable_sample_type());
}

}  // namespace

struct Merger::State {
    explicit State(MergeOptions chosen) : options(std::move(chosen)), folder(options.kept_labels) {}

    MergeOptions options;
    Folded folded;
    Folder folder;
    Compactor compactor;
    std::vector<std::string> dropped;  // sorted

    void note_dropped(const RawProfile& raw, const std::vector<Column>& common);
};

/// Whatever the input or the inputs before have and `common` has not.
void Merger::State::note_dropped(const RawProfile& raw, const std::vector<Column>& common) {
    const auto note = [&](std::string_view type) {
        if (std::ranges::find(common, type, &Column::type) != common.end()) return;
        const auto place = std::ranges::lower_bound(dropped, type);
        if (place == dropped.end() || *place != type) dropped.insert(place, std::string(type));
    };
    for (const Column& column : folded.columns) note(column.type);
    for (const RawValueType& type : raw.sample_types) note(raw.string(type.type));
}

Merger::Merger(MergeOptions options) : state_(std::make_unique<State>(std::move(options))) {}
Merger::~Merger() = default;
Merger::Merger(Merger&&) noexcept = default;
Merger& Merger::operator=(Merger&&) noexcept = default;

Result<> Merger::add(const RawProfile& raw, std::string_view name, std::int64_t factor) {
    Folded& folded = state_->folded;
    const bool first = !folded.header.summary;
    const bool compact = state_->options.detail == Detail::compact;
    if (compact || state_->options.negative_values == NegativeValues::refuse) {
        if (auto sound = refuse_negative(raw); !sound) return fail_in(name, std::move(sound.error()));
    }
    const RawProfile& kept = compact ? state_->compactor.compact(raw) : raw;
    auto plan = merging::plan_columns(first ? nullptr : &folded.columns, kept);
    if (!plan) return fail_in(name, std::move(plan.error()));
    if (auto added = folded.header.add(kept, state_->options.scaled); !added)
        return fail_in(name, std::move(added.error()));

    state_->note_dropped(kept, plan->columns);
    if (first) folded.samples = merging::SampleStore(static_cast<std::uint32_t>(plan->columns.size()));
    merging::rescale(folded.samples, *plan);
    folded.columns = std::move(plan->columns);
    for (Column& column : folded.columns) {
        if (column.fault && column.fault->input.empty()) column.fault->input = name;
    }
    state_->folder.fold(kept, plan->sources, factor, name, folded);
    return {};
}

void Merger::count_failed(std::uint64_t inputs) { state_->folded.header.summary->add_failed(inputs); }

const InputSummary& Merger::summary() const { return *state_->folded.header.summary; }

std::span<const std::string> Merger::dropped_sample_types() const { return state_->dropped; }

Result<StreamedProfile> Merger::finish() && {
    const auto state = std::move(state_);
    if (state->options.detail == Detail::compact) {
        if (auto chosen = keep_chosen_column(state->folded.columns); !chosen) return fail(chosen.error());
    }
    for (Column& column : state->folded.columns) {
        if (column.fault) return fail(std::move(*column.fault));
    }
    return merging::canonical_profile(std::move(state->folded), state->options.threads);
}

}  // namespace pgoprof
