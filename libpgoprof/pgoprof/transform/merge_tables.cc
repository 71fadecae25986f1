#include "pgoprof/transform/merge_tables.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <tuple>

namespace pgoprof::merging {
namespace {

template <typename T>
std::uint32_t position(const std::vector<T>& records) {
    if (records.size() > std::numeric_limits<std::uint32_t>::max()) {
        throw std::length_error("more than 2^32 - 1 distinct records");
    }
    return static_cast<std::uint32_t>(records.size());
}

}  // namespace

MappingId Tables::intern(const MergedMapping& mapping) {
    IntHash hash;
    hash.add(mapping.key.identity.value);
    hash.add(mapping.key.file_offset);
    hash.add(mapping.key.rounded_size);
    const std::uint32_t id = mapping_index_.find_or_add(
        hash.value(), mappings.size(), [&](std::uint32_t other) { return mappings[other].key == mapping.key; });
    if (id == mappings.size()) {
        mappings.push_back(mapping);
        return {id};
    }
    MergedMapping& merged = mappings[id];
    merged.start = std::min(merged.start, mapping.start);
    merged.size = std::max(merged.size, mapping.size);
    merged.filename = smaller(merged.filename, mapping.filename);
    merged.build_id = smaller(merged.build_id, mapping.build_id);
    merged.has_functions |= mapping.has_functions;
    merged.has_filenames |= mapping.has_filenames;
    merged.has_line_numbers |= mapping.has_line_numbers;
    merged.has_inline_frames |= mapping.has_inline_frames;
    return {id};
}

FunctionId Tables::intern(const Function& function) {
    IntHash hash;
    hash.add(function.name.value);
    hash.add(function.system_name.value);
    hash.add(function.filename.value);
    hash.add(static_cast<std::uint64_t>(function.start_line));
    const std::uint32_t id = function_index_.find_or_add(
        hash.value(), functions.size(), [&](std::uint32_t other) { return functions[other] == function; });
    if (id == functions.size()) functions.push_back(function);
    return {id};
}

LocationId Tables::intern(const Location& location, std::span<const Line> location_lines) {
    IntHash hash;
    hash.add(location.mapping.value);
    hash.add(location.address);
    hash.add(location.is_folded ? 1 : 0);
    for (const Line& line : location_lines) {
        hash.add(line.function.value);
        hash.add(static_cast<std::uint64_t>(line.line));
        hash.add(static_cast<std::uint64_t>(line.column));
    }
    const auto equal = [&](std::uint32_t id) {
        const Location& other = locations[id];
        return other.mapping == location.mapping && other.address == location.address &&
               other.is_folded == location.is_folded && std::ranges::equal(lines_of(other), location_lines);
    };
    const std::uint32_t id = location_index_.find_or_add(hash.value(), locations.size(), equal);
    if (id == locations.size()) {
        Location added = location;
        added.lines_begin = position(lines);
        added.lines_count = static_cast<std::uint32_t>(location_lines.size());
        locations.push_back(added);
        lines.insert(lines.end(), location_lines.begin(), location_lines.end());
    }
    return {id};
}

LabelSetId Tables::intern_labels(std::span<const Label> set) {
    IntHash hash;
    for (const Label& label : set) {
        hash.add(label.key.value);
        hash.add(label.str.value);
        hash.add(static_cast<std::uint64_t>(label.num));
        hash.add(label.num_unit.value);
    }
    const std::uint32_t id = label_index_.find_or_add(hash.value(), label_sets.size(), [&](std::uint32_t other) {
        return std::ranges::equal(labels_of({other}), set);
    });
    if (id == label_sets.size()) {
        label_sets.push_back({labels.size(), static_cast<std::uint32_t>(set.size())});
        labels.insert(labels.end(), set.begin(), set.end());
    }
    return {id};
}

SampleId Tables::intern_sample(std::span<const LocationId> stack, LabelSetId set) {
    IntHash hash;
    hash.add(set.value);
    for (const LocationId location : stack) hash.add(location.value);
    const auto equal = [&](std::uint32_t id) {
        return samples[id].labels == set && std::ranges::equal(stack_of(samples[id]), stack);
    };
    const std::uint32_t id = sample_index_.find_or_add(hash.value(), samples.size(), equal);
    if (id == samples.size()) {
        samples.push_back({stacks.size(), static_cast<std::uint32_t>(stack.size()), set});
        stacks.insert(stacks.end(), stack.begin(), stack.end());
    }
    return {id};
}

StringId Tables::smaller(StringId a, StringId b) const {
    if (a == StringId{}) return b;
    if (b == StringId{}) return a;
    return strings[b] < strings[a] ? b : a;
}

bool Tables::less(const MappingKey& a, const MappingKey& b) const {
    return std::tuple(strings[a.identity], a.file_offset, a.rounded_size) <
           std::tuple(strings[b.identity], b.file_offset, b.rounded_size);
}

}  // namespace pgoprof::merging
