#include "pgoprof/transform/merge_tables.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <tuple>

namespace pgoprof::merging {
namespace {

constexpr std::uint64_t kSeed = 1;

std::uint64_t mix(std::uint64_t hash, std::int64_t word) { return hash_mix(hash, static_cast<std::uint64_t>(word)); }

/// The id of the next record. One id short of 2^32 is the last: kNone is taken.
template <typename T>
std::uint32_t next_id(const std::vector<T>& records) {
    if (records.size() >= std::numeric_limits<std::uint32_t>::max()) {
        throw std::length_error("more than 2^32 - 1 distinct records");
    }
    return static_cast<std::uint32_t>(records.size());
}

template <typename T>
std::uint32_t append(std::vector<T>& records, const T& record) {
    const std::uint32_t id = next_id(records);
    records.push_back(record);
    return id;
}

void merge_into(MergedMapping& merged, const MergedMapping& other, const Tables& tables) {
    merged.start = std::min(merged.start, other.start);
    merged.size = std::max(merged.size, other.size);
    merged.filename = tables.smaller(merged.filename, other.filename);
    merged.build_id = tables.smaller(merged.build_id, other.build_id);
    merged.has_functions |= other.has_functions;
    merged.has_filenames |= other.has_filenames;
    merged.has_line_numbers |= other.has_line_numbers;
    merged.has_inline_frames |= other.has_inline_frames;
}

}  // namespace

MappingId Tables::intern(const MergedMapping& mapping) {
    std::uint64_t hash = hash_mix(kSeed, mapping.key.identity.value);
    hash = hash_mix(hash, mapping.key.file_offset);
    hash = hash_mix(hash, mapping.key.rounded_size);
    const std::uint32_t id = mapping_index_.find_or_insert(
        hash, [&](std::uint32_t other) { return mappings[other].key == mapping.key; },
        [&] { return append(mappings, mapping); });
    merge_into(mappings[id], mapping, *this);
    return {id};
}

FunctionId Tables::intern(const Function& function) {
    std::uint64_t hash = hash_mix(kSeed, function.name.value);
    hash = hash_mix(hash, function.system_name.value);
    hash = hash_mix(hash, function.filename.value);
    hash = mix(hash, function.start_line);
    return {function_index_.find_or_insert(
        hash, [&](std::uint32_t id) { return functions[id] == function; },
        [&] { return append(functions, function); })};
}

std::uint64_t location_hash(const Location& location, std::span<const Line> location_lines) {
    std::uint64_t hash = hash_mix(kSeed, std::uint64_t{location.mapping.value} << 1 | (location.is_folded ? 1 : 0));
    hash = hash_mix(hash, location.address);
    for (const Line& line : location_lines) {
        hash = hash_mix(hash, line.function.value);
        hash = mix(hash, line.line);
        hash = mix(hash, line.column);
    }
    return hash;
}

LocationId Tables::intern(const Location& location, std::span<const Line> location_lines, std::uint64_t hash) {
    const auto equal = [&](std::uint32_t id) {
        const Location& other = locations[id];
        return other.mapping == location.mapping && other.address == location.address &&
               other.is_folded == location.is_folded && std::ranges::equal(lines_of(other), location_lines);
    };
    const auto insert = [&] {
        Location added = location;
        added.lines_begin = next_id(lines);
        added.lines_count = static_cast<std::uint32_t>(location_lines.size());
        lines.insert(lines.end(), location_lines.begin(), location_lines.end());
        return append(locations, added);
    };
    return {location_index_.find_or_insert(hash, equal, insert)};
}

LabelSetId Tables::intern_labels(std::span<const Label> set) {
    std::uint64_t hash = kSeed;
    for (const Label& label : set) {
        hash = hash_mix(hash, label.key.value);
        hash = hash_mix(hash, label.str.value);
        hash = mix(hash, label.num);
        hash = hash_mix(hash, label.num_unit.value);
    }
    const auto insert = [&] {
        const std::uint64_t begin = labels.size();
        labels.insert(labels.end(), set.begin(), set.end());
        return append(label_sets, {begin, static_cast<std::uint32_t>(set.size())});
    };
    return {label_index_.find_or_insert(
        hash, [&](std::uint32_t id) { return std::ranges::equal(labels_of({id}), set); }, insert)};
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
