#include "pgoprof/transform/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "pgoprof/base/checked.h"
#include "pgoprof/transform/merge_columns.h"
#include "pgoprof/transform/merge_header.h"
#include "pgoprof/transform/merge_output.h"
#include "pgoprof/transform/merge_tables.h"

namespace pgoprof {
namespace {

using merging::Column;
using merging::ColumnSource;
using merging::Folded;
using merging::LabelSetId;
using merging::MergedMapping;
using merging::SampleId;

/// From positions in an input's tables to interned ids, filled in as samples refer to them. Made for reuse.
template <typename AnyId>
class Memo {
public:
    void reset(std::size_t size) { ids_.assign(size, kNone<AnyId>); }

    template <typename Intern>
    AnyId get(std::size_t position, const Intern& intern) {
        if (ids_[position] == kNone<AnyId>) ids_[position] = intern();
        return ids_[position];
    }

private:
    std::vector<AnyId> ids_;
};

/// Folds the records of one input after the other into the tables.
class Folder {
public:
    explicit Folder(std::optional<std::vector<std::string>> kept_labels) : kept_labels_(std::move(kept_labels)) {}

    void fold(const RawProfile& raw, std::span<const ColumnSource> sources, std::int64_t factor, std::string_view name,
              Folded& into);

private:
    bool keeps(const RawLabel& label) const;
    void begin_input();
    void fold_mappings();
    void fold_sample(std::size_t i);
    bool read_values(std::size_t i);
    void add_values(SampleId sample);

    StringId string(std::int64_t index);
    MappingId mapping(const RawMapping& mapping);
    FunctionId function(std::uint64_t wire_id);
    LocationId location(std::uint64_t wire_id);
    LocationId intern_location(const RawLocation& location);
    LabelSetId label_set(std::span<const RawLabel> labels);
    void set_overflow(Column& column, std::string_view sum, SampleId sample) const;
    std::string leaf_name(SampleId sample) const;

    std::optional<std::vector<std::string>> kept_labels_;

    // The input at hand, and where it goes.
    const RawProfile* raw_ = nullptr;
    std::span<const ColumnSource> sources_;
    std::int64_t factor_ = 1;
    std::string_view name_;
    Folded* into_ = nullptr;

    WireIndex<RawMapping> mapping_positions_;
    WireIndex<RawFunction> function_positions_;
    WireIndex<RawLocation> location_positions_;
    Memo<StringId> strings_;
    Memo<FunctionId> functions_;
    Memo<LocationId> locations_;
    std::vector<MappingId> mappings_;

    // Of the sample or location at hand.
    std::vector<std::int64_t> values_;
    std::vector<LocationId> stack_;
    std::vector<Line> lines_;
    std::vector<Label> labels_;
};

void Folder::fold(const RawProfile& raw, std::span<const ColumnSource> sources, std::int64_t factor,
                  std::string_view name, Folded& into) {
    raw_ = &raw;
    sources_ = sources;
    factor_ = factor;
    name_ = name;
    into_ = &into;
    begin_input();
    fold_mappings();
    for (std::size_t i = 0; i < raw.sample_count(); ++i) fold_sample(i);
}

void Folder::begin_input() {
    mapping_positions_.build(raw_->mappings);
    function_positions_.build(raw_->functions);
    location_positions_.build(raw_->locations);
    strings_.reset(raw_->strings.size());
    functions_.reset(raw_->functions.size());
    locations_.reset(raw_->locations.size());
    mappings_.clear();
}

/// All of them, used or not: if a partial merge dropped a mapping, it might come out with another start or main binary.
void Folder::fold_mappings() {
    for (const RawMapping& listed : raw_->mappings) mappings_.push_back(mapping(listed));
    if (mappings_.empty()) return;
    const auto& merged = into_->tables.mappings;
    const MappingId first = mappings_.front();
    if (!into_->main || into_->tables.less(merged[first.value].key, merged[into_->main->value].key)) {
        into_->main = first;
    }
}

void Folder::fold_sample(std::size_t i) {
    // A sample that is zero in every column adds nothing, and columns only become fewer.
    if (!read_values(i)) return;
    stack_.clear();
    for (const std::uint64_t id : raw_->sample_locations(i)) stack_.push_back(location(id));
    add_values(into_->tables.intern_sample(stack_, label_set(raw_->sample_labels(i))));
}

/// False if all are zero.
bool Folder::read_values(std::size_t i) {
    const auto row = raw_->sample_values(i);
    bool any = false;
    values_.clear();
    for (const ColumnSource& source : sources_) {
        values_.push_back(row[source.position]);
        any |= values_.back() != 0;
    }
    return any;
}

void Folder::add_values(SampleId sample) {
    if (sample.value == into_->values.rows()) into_->values.append_zeros();
    const auto sums = into_->values.row(sample.value);
    for (std::size_t c = 0; c < sums.size(); ++c) {
        const auto converted = multiply_checked(values_[c], sources_[c].factor);
        const auto counted = converted ? multiply_checked(*converted, factor_) : std::nullopt;
        if (counted && add_checked(sums[c], *counted)) continue;
        const auto sum = fmt::format("{} + {} * {} * {}", sums[c], values_[c], sources_[c].factor, factor_);
        set_overflow(into_->columns[c], sum, sample);
    }
}

StringId Folder::string(std::int64_t index) {
    if (index == 0) return {};
    return strings_.get(static_cast<std::size_t>(index),
                        [&] { return into_->tables.strings.intern(raw_->string(index)); });
}

MappingId Folder::mapping(const RawMapping& mapping) {
    constexpr std::uint64_t kPage = 4096;
    const std::uint64_t size = mapping.memory_limit - mapping.memory_start;  // wraps, as the peer's does
    const StringId filename = string(mapping.filename);
    const StringId build_id = string(mapping.build_id);
    return into_->tables.intern(MergedMapping{
        .key = {.identity = build_id == StringId{} ? filename : build_id,
                .file_offset = mapping.file_offset,
                .rounded_size = (size + kPage - 1) / kPage * kPage},
        .start = mapping.memory_start,
        .size = size,
        .filename = filename,
        .build_id = build_id,
        .has_functions = mapping.has_functions,
        .has_filenames = mapping.has_filenames,
        .has_line_numbers = mapping.has_line_numbers,
        .has_inline_frames = mapping.has_inline_frames,
    });
}

FunctionId Folder::function(std::uint64_t wire_id) {
    const auto position = function_positions_.find(wire_id);
    if (!position) return kNone<FunctionId>;
    return functions_.get(*position, [&] {
        const RawFunction& function = raw_->functions[*position];
        return into_->tables.intern(Function{
            .name = string(function.name),
            .system_name = string(function.system_name),
            .filename = string(function.filename),
            .start_line = function.start_line,
        });
    });
}

LocationId Folder::location(std::uint64_t wire_id) {
    const std::uint32_t position = *location_positions_.find(wire_id);
    return locations_.get(position, [&] { return intern_location(raw_->locations[position]); });
}

LocationId Folder::intern_location(const RawLocation& location) {
    Location interned{.address = location.address, .is_folded = location.is_folded};
    if (const auto position = mapping_positions_.find(location.mapping_id)) {
        interned.mapping = mappings_[*position];
        interned.address -= raw_->mappings[*position].memory_start;  // may wrap; adding a start brings it back
    }
    lines_.clear();
    for (const RawLine& line : raw_->location_lines(location)) {
        lines_.push_back({.function = function(line.function_id), .line = line.line, .column = line.column});
    }
    return into_->tables.intern(interned, lines_);
}

/// By key, string labels before numeric ones; labels with one key keep their order.
LabelSetId Folder::label_set(std::span<const RawLabel> labels) {
    if (labels.empty()) return {};
    labels_.clear();
    for (const RawLabel& label : labels) {
        if (!keeps(label)) continue;
        labels_.push_back(
            {.key = string(label.key), .str = string(label.str), .num = label.num, .num_unit = string(label.num_unit)});
    }
    std::ranges::stable_sort(labels_, {}, [&](const Label& label) {
        return std::tuple(into_->tables.strings[label.key], label.str == StringId{});
    });
    return into_->tables.intern_labels(labels_);
}

bool Folder::keeps(const RawLabel& label) const {
    return !kept_labels_ || std::ranges::find(*kept_labels_, raw_->string(label.key)) != kept_labels_->end();
}

void Folder::set_overflow(Column& column, std::string_view sum, SampleId sample) const {
    if (column.fault) return;
    column.fault = merging::overflow_error(
        fmt::format("{} of a sample in {}: {} does not fit in 64 bits", type_and_unit(column), leaf_name(sample), sum));
    column.fault->input = name_;
}

std::string Folder::leaf_name(SampleId sample) const {
    const auto& tables = into_->tables;
    const auto stack = tables.stack_of(tables.samples[sample.value]);
    if (stack.empty()) return "an empty stack";
    const auto lines = tables.lines_of(tables.locations[stack.front().value]);
    if (lines.empty() || lines.front().function == kNone<FunctionId>) return "an unnamed function";
    return std::string(tables.strings[tables.functions[lines.front().function.value].name]);
}

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

}  // namespace

struct Merger::State {
    explicit State(MergeOptions chosen) : options(std::move(chosen)), folder(options.kept_labels) {}

    MergeOptions options;
    Folded folded;
    Folder folder;
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
    if (state_->options.negative_values == NegativeValues::refuse) {
        if (auto sound = refuse_negative(raw); !sound) return fail_in(name, std::move(sound.error()));
    }
    auto plan = merging::plan_columns(first ? nullptr : &folded.columns, raw);
    if (!plan) return fail_in(name, std::move(plan.error()));
    if (auto added = folded.header.add(raw); !added) return fail_in(name, std::move(added.error()));

    state_->note_dropped(raw, plan->columns);
    if (first) folded.values = merging::ValueTable(plan->columns.size());
    folded.values.apply(*plan);
    folded.columns = std::move(plan->columns);
    for (Column& column : folded.columns) {
        if (column.fault && column.fault->input.empty()) column.fault->input = name;
    }
    state_->folder.fold(raw, plan->sources, factor, name, folded);
    return {};
}

const InputSummary& Merger::summary() const { return *state_->folded.header.summary; }

std::span<const std::string> Merger::dropped_sample_types() const { return state_->dropped; }

Result<Profile> Merger::finish() && {
    const auto state = std::move(state_);
    for (Column& column : state->folded.columns) {
        if (column.fault) return fail(std::move(*column.fault));
    }
    return merging::canonical_profile(std::move(state->folded));
}

}  // namespace pgoprof
