#include "pgoprof/transform/merge_fold.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "pgoprof/base/checked.h"
#include "pgoprof/transform/mapping_key.h"

namespace pgoprof::merging {
namespace {

/// Look-ups go in batches: those of one are on their way through the memory together.
constexpr std::size_t kBatch = 32;

}  // namespace

void Folder::fold(const RawProfile& raw, std::span<const ColumnSource> sources, std::int64_t factor,
                  std::string_view name, Folded& into) {
    raw_ = &raw;
    sources_ = sources;
    factor_ = factor;
    name_ = name;
    into_ = &into;
    begin_input();
    fold_mappings();
    fold_locations();
    into.samples.make_room_for_ids(into.tables.locations.size());
    for (std::size_t begin = 0; begin < raw.sample_count(); begin += kBatch) {
        gather(begin, std::min(begin + kBatch, raw.sample_count()));
        for (const Pending& sample : pending_) into.samples.prefetch_record(sample.key);
        for (const Pending& sample : pending_) add_values(into.samples.find_or_insert(sample.key), sample.values);
    }
}

void Folder::begin_input() {
    mapping_positions_.build(raw_->mappings);
    function_positions_.build(raw_->functions);
    strings_.reset(raw_->strings.size());
    functions_.reset(raw_->functions.size());
    mappings_.clear();
    locations_.clear();
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

void Folder::gather(std::size_t begin, std::size_t end) {
    SampleStore& samples = into_->samples;
    const StackPacking packing = samples.packing();
    const auto to_location = [ids = locations_.data()](std::uint32_t position) { return ids[position]; };
    std::size_t words = 0;
    for (std::size_t i = begin; i < end; ++i) words += packing.words(raw_->sample_stack(i).size());
    if (words > words_.size()) words_.resize(words);

    pending_.clear();
    StackPacking::Word* next = words_.data();
    for (std::size_t i = begin; i < end; ++i) {
        if (!counts(raw_->sample_values(i))) continue;
        const LabelSetId labels = label_set(raw_->sample_labels(i));
        const SampleKey key = samples.key(raw_->sample_stack(i), to_location, labels, next);
        next += key.stack.size();
        samples.prefetch_slot(key);
        pending_.push_back({key, raw_->sample_values(i)});
    }
}

/// A sample that is zero in every column adds nothing, and columns only become fewer.
bool Folder::counts(std::span<const std::int64_t> values) const {
    return std::ranges::any_of(sources_, [&](const ColumnSource& source) { return values[source.position] != 0; });
}

void Folder::add_values(SampleId sample, std::span<const std::int64_t> values) {
    const auto sums = into_->samples.values(sample);
    for (std::size_t c = 0; c < sources_.size(); ++c) {
        Column& column = into_->columns[c];
        std::int64_t& sum = sums[column.slot];
        const std::int64_t value = values[sources_[c].position];
        const auto converted = multiply_checked(value, sources_[c].factor);
        const auto counted = converted ? multiply_checked(*converted, factor_) : std::nullopt;
        if (counted && add_checked(sum, *counted)) continue;
        set_overflow(column, fmt::format("{} + {} * {} * {}", sum, value, sources_[c].factor, factor_), sample);
    }
}

StringId Folder::string(std::int64_t index) {
    if (index == 0) return {};
    return strings_.get(static_cast<std::size_t>(index),
                        [&] { return into_->tables.strings.intern(raw_->string(index)); });
}

MappingId Folder::mapping(const RawMapping& mapping) {
    const RawMappingKey key = mapping_key(*raw_, mapping);
    return into_->tables.intern(MergedMapping{
        .key = {.identity = into_->tables.strings.intern(key.identity),
                .file_offset = key.file_offset,
                .rounded_size = key.rounded_size},
        .start = mapping.memory_start,
        .size = mapping.memory_limit - mapping.memory_start,
        .filename = string(mapping.filename),
        .build_id = string(mapping.build_id),
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

/// All of them: those that no sample needs are left out in the end.
void Folder::fold_locations() {
    Tables& tables = into_->tables;
    const std::span<const RawLocation> all = raw_->locations;
    if (tables.locations.empty()) {  // the other inputs add about as many: the tables grow without being copied
        tables.locations.reserve(2 * all.size());
        tables.lines.reserve(2 * raw_->lines.size());
    }
    for (std::size_t begin = 0; begin < all.size(); begin += kBatch) {
        pending_locations_.clear();
        lines_.clear();
        for (const RawLocation& location : all.subspan(begin, std::min(kBatch, all.size() - begin))) {
            pending_locations_.push_back(pending(location));
            tables.prefetch_location_slot(pending_locations_.back().hash);
        }
        for (const PendingLocation& location : pending_locations_) tables.prefetch_location(location.hash);
        for (const auto& [location, hash] : pending_locations_) {
            const auto lines = std::span(lines_).subspan(location.lines_begin, location.lines_count);
            locations_.push_back(tables.intern(location, lines, hash));
        }
    }
}

/// With its lines at the end of `lines_`.
Folder::PendingLocation Folder::pending(const RawLocation& location) {
    Location interned{.address = location.address,
                      .lines_begin = static_cast<std::uint32_t>(lines_.size()),
                      .lines_count = location.lines_count,
                      .is_folded = location.is_folded};
    if (const auto position = mapping_positions_.find(location.mapping_id)) {
        interned.mapping = mappings_[*position];
        interned.address -= raw_->mappings[*position].memory_start;  // may wrap; adding a start brings it back
    }
    for (const RawLine& line : raw_->location_lines(location)) {
        lines_.push_back({.function = function(line.function_id), .line = line.line, .column = line.column});
    }
    return {interned, location_hash(interned, std::span(lines_).subspan(interned.lines_begin))};
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
    const auto order = [&](const Label& label) {
        return std::tuple(into_->tables.strings[label.key], label.str == StringId{});
    };
    if (labels_.size() > 1 && !std::ranges::is_sorted(labels_, {}, order)) std::ranges::stable_sort(labels_, {}, order);
    return into_->tables.intern_labels(labels_);
}

bool Folder::keeps(const RawLabel& label) const {
    return !kept_labels_ || std::ranges::find(*kept_labels_, raw_->string(label.key)) != kept_labels_->end();
}

void Folder::set_overflow(Column& column, std::string_view sum, SampleId sample) const {
    if (column.fault) return;
    column.fault = overflow_error(
        fmt::format("{} of a sample in {}: {} does not fit in 64 bits", type_and_unit(column), leaf_name(sample), sum));
    column.fault->input = name_;
}

std::string Folder::leaf_name(SampleId sample) const {
    const auto& tables = into_->tables;
    const auto& samples = std::as_const(into_->samples);
    if (samples.depth(sample) == 0) return "an empty stack";
    const auto lines = tables.lines_of(tables.locations[samples.packing().leaf(samples.stack(sample)).value]);
    if (lines.empty() || lines.front().function == kNone<FunctionId>) return "an unnamed function";
    return std::string(tables.strings[tables.functions[lines.front().function.value].name]);
}

}  // namespace pgoprof::merging
