#include "pgoprof/transform/raw_view.h"

namespace pgoprof {
namespace {

/// kNone, the largest position, becomes 0.
template <typename AnyId>
std::uint64_t wire_id(AnyId id) {
    return id == kNone<AnyId> ? 0 : std::uint64_t{id.value} + 1;
}

RawValueType view(const ValueType& type) { return {.type = type.type.value, .unit = type.unit.value}; }

void view_tables(const Profile& profile, RawProfile& raw) {
    std::uint64_t id = 0;
    for (const Mapping& mapping : profile.mappings) {
        raw.mappings.push_back({.id = ++id,
                                .memory_start = mapping.memory_start,
                                .memory_limit = mapping.memory_limit,
                                .file_offset = mapping.file_offset,
                                .filename = mapping.filename.value,
                                .build_id = mapping.build_id.value,
                                .has_functions = mapping.has_functions,
                                .has_filenames = mapping.has_filenames,
                                .has_line_numbers = mapping.has_line_numbers,
                                .has_inline_frames = mapping.has_inline_frames});
    }
    id = 0;
    for (const Location& location : profile.locations) {
        raw.locations.push_back({.id = ++id,
                                 .mapping_id = wire_id(location.mapping),
                                 .address = location.address,
                                 .lines_begin = location.lines_begin,
                                 .lines_count = location.lines_count,
                                 .is_folded = location.is_folded});
    }
    for (const Line& line : profile.lines) raw.lines.push_back({wire_id(line.function), line.line, line.column});
    id = 0;
    for (const Function& function : profile.functions) {
        raw.functions.push_back({.id = ++id,
                                 .name = function.name.value,
                                 .system_name = function.system_name.value,
                                 .filename = function.filename.value,
                                 .start_line = function.start_line});
    }
}

void view_samples(const Profile& profile, RawProfile& raw) {
    const auto begin_sample = [&] {
        raw.sample_begins.push_back({.stack_begin = static_cast<std::uint32_t>(raw.stacks.size()),
                                     .values_begin = static_cast<std::uint32_t>(raw.values.size()),
                                     .labels_begin = static_cast<std::uint32_t>(raw.labels.size())});
    };
    begin_sample();
    for (std::size_t i = 0; i < profile.sample_count(); ++i) {
        for (const LocationId location : profile.sample_stack(i)) raw.stacks.push_back(location.value);
        const auto values = profile.sample_values(i);
        raw.values.insert(raw.values.end(), values.begin(), values.end());
        for (const Label& label : profile.sample_labels(i)) {
            raw.labels.push_back(
                {.key = label.key.value, .str = label.str.value, .num = label.num, .num_unit = label.num_unit.value});
        }
        begin_sample();
    }
}

}  // namespace

RawProfile raw_view(const Profile& profile) {
    RawProfile raw = raw_tables(profile);
    view_samples(profile, raw);
    return raw;
}

RawProfile raw_tables(const Profile& profile) {
    RawProfile raw;
    for (std::uint32_t i = 0; i < profile.strings.size(); ++i) raw.strings.push_back(profile.strings[StringId{i}]);
    for (const ValueType& type : profile.sample_types) raw.sample_types.push_back(view(type));
    view_tables(profile, raw);
    raw.sample_total = profile.sample_count();
    raw.drop_frames = profile.drop_frames.value;
    raw.keep_frames = profile.keep_frames.value;
    raw.time_nanos = profile.time_nanos;
    raw.duration_nanos = profile.duration_nanos;
    if (profile.period_type) raw.period_type = view(*profile.period_type);
    raw.period = profile.period;
    for (const StringId comment : profile.comments) raw.comments.push_back(comment.value);
    raw.default_sample_type = profile.default_sample_type.value;
    raw.doc_url = profile.doc_url.value;
    return raw;
}

}  // namespace pgoprof
