// A CPU profile as a value.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pgoprof/base/huge_pages.h"
#include "pgoprof/base/ids.h"
#include "pgoprof/model/string_table.h"

namespace pgoprof {

using MappingId = Id<struct MappingTag>;
using FunctionId = Id<struct FunctionTag>;
using LocationId = Id<struct LocationTag>;

/// "None" of a dense index, where profile.proto has id 0.
template <typename AnyId>
inline constexpr AnyId kNone{std::numeric_limits<std::uint32_t>::max()};

struct ValueType {
    StringId type;
    StringId unit;
    friend bool operator==(const ValueType&, const ValueType&) = default;
};

struct Mapping {
    std::uint64_t memory_start = 0;
    std::uint64_t memory_limit = 0;
    std::uint64_t file_offset = 0;
    StringId filename;
    StringId build_id;
    bool has_functions = false;
    bool has_filenames = false;
    bool has_line_numbers = false;
    bool has_inline_frames = false;
    friend bool operator==(const Mapping&, const Mapping&) = default;
};

struct Function {
    StringId name;
    StringId system_name;
    StringId filename;
    std::int64_t start_line = 0;
    friend bool operator==(const Function&, const Function&) = default;
};

struct Line {
    FunctionId function = kNone<FunctionId>;
    std::int64_t line = 0;
    std::int64_t column = 0;
    friend bool operator==(const Line&, const Line&) = default;
};

struct Location {
    MappingId mapping = kNone<MappingId>;
    std::uint64_t address = 0;
    std::uint32_t lines_begin = 0;
    std::uint32_t lines_count = 0;
    bool is_folded = false;
    friend bool operator==(const Location&, const Location&) = default;
};

/// As on the wire: a string label has `str`, a numeric one `num` and perhaps `num_unit`.
struct Label {
    StringId key;
    StringId str;
    std::int64_t num = 0;
    StringId num_unit;
    friend bool operator==(const Label&, const Label&) = default;
};

/// Where a sample's stack and labels begin in the flat arrays; they end where the next sample's begin.
struct SampleBegin {
    std::uint64_t stack = 0;
    std::uint64_t labels = 0;
    friend bool operator==(const SampleBegin&, const SampleBegin&) = default;
};

/// Owns everything that it refers to. Ids are positions in the vectors of the same name. There is no object per sample:
/// `add_sample` appends to flat arrays, and the accessors give spans into them.
class Profile {
public:
    StringTable strings;
    std::vector<ValueType> sample_types;
    std::vector<Mapping> mappings;  ///< the first is the main binary
    std::vector<Location> locations;
    std::vector<Line> lines;  ///< of all locations, innermost first within one
    std::vector<Function> functions;
    StringId drop_frames;
    StringId keep_frames;
    std::int64_t time_nanos = 0;      ///< since the Unix epoch
    std::int64_t duration_nanos = 0;  ///< wall time
    std::optional<ValueType> period_type;
    std::int64_t period = 0;  ///< in the unit of `period_type`
    std::vector<StringId> comments;
    StringId default_sample_type;
    StringId doc_url;

    std::size_t sample_count() const { return sample_begins_.size() - 1; }

    /// Locations of the stack, leaf first.
    std::span<const LocationId> sample_stack(std::size_t i) const {
        return {stacks_.data() + sample_begins_[i].stack, stacks_.data() + sample_begins_[i + 1].stack};
    }
    /// One value per sample type.
    std::span<const std::int64_t> sample_values(std::size_t i) const {
        return {values_.data() + i * sample_types.size(), sample_types.size()};
    }
    std::span<std::int64_t> sample_values(std::size_t i) {
        return {values_.data() + i * sample_types.size(), sample_types.size()};
    }
    std::span<const Label> sample_labels(std::size_t i) const {
        return {labels_.data() + sample_begins_[i].labels, labels_.data() + sample_begins_[i + 1].labels};
    }
    std::span<const Line> location_lines(const Location& location) const {
        return {lines.data() + location.lines_begin, location.lines_count};
    }

    /// `values` must have one element per sample type; sample types may not be added afterwards.
    void add_sample(std::span<const LocationId> stack, std::span<const std::int64_t> values,
                    std::span<const Label> labels);

    void reserve_samples(std::size_t samples, std::size_t frames, std::size_t labels);

    friend bool operator==(const Profile&, const Profile&) = default;

private:
    std::vector<SampleBegin> sample_begins_{SampleBegin{}};
    std::vector<LocationId, HugePageAllocator<LocationId>> stacks_;
    std::vector<std::int64_t> values_;
    std::vector<Label> labels_;
};

/// One sample, wherever it is kept.
struct SampleView {
    std::span<const LocationId> stack;  ///< leaf first
    std::span<const std::int64_t> values;
    std::span<const Label> labels;
};

/// False ends the visits.
using VisitSample = std::function<bool(const SampleView& sample)>;

/// A profile whose samples are visited, in their order, where they are kept: a second copy of millions would not fit.
struct StreamedProfile {
    Profile head;  ///< everything but samples
    std::size_t sample_count = 0;
    std::function<void(const VisitSample&)> visit_samples;
};

}  // namespace pgoprof
