// A pprof message as it stands on the wire: flat records, faults included.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "pgoprof/base/result.h"

namespace pgoprof {

// Field names and meanings are those of profile.proto (google/pprof). Ids are wire ids, but for the locations of
// stacks, of which there are too many; strings are indices into `RawProfile::strings`, not yet checked. `offset` is
// where the record's message begins in the inflated data.

struct RawValueType {
    std::int64_t type = 0;
    std::int64_t unit = 0;
    std::uint32_t offset = 0;
};

struct RawLabel {
    std::int64_t key = 0;
    std::int64_t str = 0;
    std::int64_t num = 0;
    std::int64_t num_unit = 0;
    std::uint32_t offset = 0;
};

struct RawMapping {
    std::uint64_t id = 0;
    std::uint64_t memory_start = 0;
    std::uint64_t memory_limit = 0;
    std::uint64_t file_offset = 0;
    std::int64_t filename = 0;
    std::int64_t build_id = 0;
    bool has_functions = false;
    bool has_filenames = false;
    bool has_line_numbers = false;
    bool has_inline_frames = false;
    std::uint32_t offset = 0;
};

struct RawLine {
    std::uint64_t function_id = 0;  ///< 0: none
    std::int64_t line = 0;
    std::int64_t column = 0;
};

struct RawLocation {
    std::uint64_t id = 0;
    std::uint64_t mapping_id = 0;  ///< 0: none
    std::uint64_t address = 0;
    std::uint32_t lines_begin = 0;
    std::uint32_t lines_count = 0;
    std::uint32_t offset = 0;
    bool is_folded = false;
};

struct RawFunction {
    std::uint64_t id = 0;
    std::int64_t name = 0;
    std::int64_t system_name = 0;
    std::int64_t filename = 0;
    std::int64_t start_line = 0;
    std::uint32_t offset = 0;
};

/// Where a sample's parts begin in the flat arrays; they end where the next sample's begin.
struct RawSample {
    std::uint32_t stack_begin = 0;
    std::uint32_t values_begin = 0;
    std::uint32_t labels_begin = 0;
    std::uint32_t offset = 0;
};

/// Samples of a profile, all or some: use the accessors; the decoder fills the arrays. `clear_samples()` keeps the
/// allocations.
class RawSamples {
public:
    std::vector<RawSample> sample_begins;  ///< one more than there are samples, unless empty
    std::vector<std::uint32_t> stacks;     ///< of all samples: positions in the profile's `locations`, leaf first
    std::vector<std::int64_t> values;      ///< of all samples
    std::vector<RawLabel> labels;          ///< of all samples

    /// Stands in a stack for a wire id that no location has.
    static constexpr std::uint32_t kUnknownLocation = 0xffffffff;

    std::size_t sample_count() const { return sample_begins.empty() ? 0 : sample_begins.size() - 1; }
    std::uint32_t sample_offset(std::size_t i) const { return sample_begins[i].offset; }

    std::span<const std::uint32_t> sample_stack(std::size_t i) const { return stacks_of_samples(i, i + 1); }

    /// Of all samples from `begin` to before `end`.
    std::span<const std::uint32_t> stacks_of_samples(std::size_t begin, std::size_t end) const {
        return between(stacks, sample_begins[begin].stack_begin, sample_begins[end].stack_begin);
    }
    std::span<const std::int64_t> sample_values(std::size_t i) const {
        return between(values, sample_begins[i].values_begin, sample_begins[i + 1].values_begin);
    }
    std::span<const RawLabel> sample_labels(std::size_t i) const {
        return between(labels, sample_begins[i].labels_begin, sample_begins[i + 1].labels_begin);
    }

    void clear_samples();

private:
    template <typename T>
    static std::span<const T> between(const std::vector<T>& all, std::uint32_t begin, std::uint32_t end) {
        return {all.data() + begin, end - begin};
    }
};

/// Filled by decode_pprof and made for reuse: `clear()` keeps the allocations. Strings are views into the buffer that
/// was decoded, which must outlive their use. Nothing here is checked beyond the wire format: see check_invariants.
class RawProfile : public RawSamples {
public:
    std::vector<RawValueType> sample_types;
    std::vector<RawMapping> mappings;
    std::vector<RawLocation> locations;
    std::vector<RawLine> lines;  ///< of all locations, innermost first within one
    std::vector<RawFunction> functions;
    std::vector<std::string_view> strings;
    std::int64_t drop_frames = 0;
    std::int64_t keep_frames = 0;
    std::int64_t time_nanos = 0;
    std::int64_t duration_nanos = 0;
    std::optional<RawValueType> period_type;
    std::int64_t period = 0;
    std::vector<std::int64_t> comments;
    std::int64_t default_sample_type = 0;
    std::int64_t doc_url = 0;

    std::uint64_t sample_total = 0;  ///< how many samples the file has, whether they are here or come in batches
    std::vector<std::uint32_t> batch_begins;  ///< offsets of where batches of samples begin, if they come so

    std::span<const RawLine> location_lines(const RawLocation& location) const {
        return {lines.data() + location.lines_begin, location.lines_count};
    }

    /// A string by its wire index; the profile must have passed check_invariants. 0 is the empty string, also in a file
    /// of zero bytes, which has no string table.
    std::string_view string(std::int64_t index) const {
        return index == 0 ? std::string_view() : strings[static_cast<std::size_t>(index)];
    }

    void clear();
};

/// Is given the next thousand samples or so of a profile. Their stacks may be shortened to the two leaf-most locations
/// and the outermost one, of which more is never asked.
using VisitSamples = std::function<void(const RawSamples& batch)>;

/// Walks all samples of a profile in their order, without all of them ever being in memory. A fault in one of them is
/// an error, and ends it.
using SampleWalk = std::function<Result<>(const VisitSamples& visit)>;

/// Finds records by wire id in a table of records that have one. Dense ids (1, 2, 3, ... in table order, as Go's
/// runtime writes them) cost nothing; any others are sorted once. Of records with the same id the first is found.
template <typename Record>
class WireIndex {
public:
    WireIndex() = default;
    explicit WireIndex(std::span<const Record> records) { build(records); }

    void build(std::span<const Record> records);

    /// Whether the ids are 1, 2, 3, ... in table order: then none is 0 and none a duplicate.
    bool dense() const { return dense_; }
    std::uint64_t size() const { return size_; }

    /// Position in the table, or nullopt.
    std::optional<std::uint32_t> find(std::uint64_t id) const {
        if (dense_) {
            if (id - 1 < size_) return static_cast<std::uint32_t>(id - 1);  // id 0 wraps around and is not found
            return std::nullopt;
        }
        return find_sparse(id);
    }

private:
    struct Entry {
        std::uint64_t id;
        std::uint32_t position;
        friend auto operator<=>(const Entry&, const Entry&) = default;
    };

    std::optional<std::uint32_t> find_sparse(std::uint64_t id) const;

    bool dense_ = true;
    std::uint64_t size_ = 0;
    std::vector<Entry> sorted_;
};

extern template class WireIndex<RawMapping>;
extern template class WireIndex<RawLocation>;
extern template class WireIndex<RawFunction>;

}  // namespace pgoprof
