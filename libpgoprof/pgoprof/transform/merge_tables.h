// What a merge has interned so far: part of merge.h's implementation.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pgoprof/base/hash_index.h"
#include "pgoprof/model/profile.h"
#include "pgoprof/transform/merge_samples.h"

namespace pgoprof::merging {

/// What makes two mappings one (google/pprof's profile.mappingKey).
struct MappingKey {
    StringId identity;  ///< build id, or else file
    std::uint64_t file_offset = 0;
    std::uint64_t rounded_size = 0;  ///< up to 4 KiB
    friend bool operator==(const MappingKey&, const MappingKey&) = default;
};

/// All mappings with one key.
struct MergedMapping {
    MappingKey key;
    std::uint64_t start = 0;  ///< smallest
    std::uint64_t size = 0;   ///< largest
    StringId filename;        ///< smallest that is not empty, as is the build id
    StringId build_id;
    bool has_functions = false;
    bool has_filenames = false;
    bool has_line_numbers = false;
    bool has_inline_frames = false;
};

/// A stretch of one of the flat arrays.
struct Stretch {
    std::uint64_t begin = 0;
    std::uint32_t count = 0;
};

/// Of everything that tells locations apart.
std::uint64_t location_hash(const Location& location, std::span<const Line> location_lines);

/// Everything but samples: interned records in flat arrays, each once. Grows with what is distinct; ids are in order of
/// arrival.
class Tables {
public:
    Tables() { intern_labels({}); }

    StringTable strings;
    std::vector<MergedMapping> mappings;
    std::vector<Function> functions;
    std::vector<Location> locations;  ///< addresses are relative to the mapping's start
    std::vector<Line> lines;
    std::vector<Stretch> label_sets;  ///< the first is the empty one
    std::vector<Label> labels;

    MappingId intern(const MergedMapping& mapping);
    FunctionId intern(const Function& function);

    /// `location.lines_*` are not read: `location_lines` counts. `hash` is their location_hash.
    LocationId intern(const Location& location, std::span<const Line> location_lines, std::uint64_t hash);

    // Hints, some dozen locations ahead of it.
    void prefetch_location_slot(std::uint64_t hash) const { location_index_.prefetch(hash); }
    void prefetch_location(std::uint64_t hash) const {
        if (const auto id = location_index_.likely_id(hash)) __builtin_prefetch(&locations[*id]);
    }

    LabelSetId intern_labels(std::span<const Label> set);

    std::span<const Line> lines_of(const Location& location) const {
        return {lines.data() + location.lines_begin, location.lines_count};
    }
    std::span<const Label> labels_of(LabelSetId set) const {
        return {labels.data() + label_sets[set.value].begin, label_sets[set.value].count};
    }

    /// The bytewise smaller of two strings, of which an empty one counts as absent.
    StringId smaller(StringId a, StringId b) const;

    /// The order of mapping keys: by content.
    bool less(const MappingKey& a, const MappingKey& b) const;

private:
    HashIndex mapping_index_;
    HashIndex function_index_;
    HashIndex location_index_;
    HashIndex label_index_;
};

}  // namespace pgoprof::merging
