// Folding inputs into a merge's tables: part of merge.h's implementation.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pgoprof/model/raw_profile.h"
#include "pgoprof/transform/merge_columns.h"
#include "pgoprof/transform/merge_header.h"
#include "pgoprof/transform/merge_samples.h"
#include "pgoprof/transform/merge_tables.h"

namespace pgoprof::merging {

/// Everything that was folded, in order of arrival.
struct Folded {
    Header header;
    std::vector<Column> columns;
    Tables tables;
    SampleStore samples{0};
    std::optional<MappingId> main{};  ///< the smallest key among the inputs' first mappings
};

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

    /// Every value counts `factor` times. Overflows become faults of the columns.
    void fold(const RawProfile& raw, std::span<const ColumnSource> sources, std::int64_t factor, std::string_view name,
              Folded& into);

private:
    /// A sample on its way into the store.
    struct Pending {
        SampleKey key;
        std::span<const std::int64_t> values;
    };

    /// A location on its way into the tables.
    struct PendingLocation {
        Location location;
        std::uint64_t hash;
    };

    void begin_input();
    void fold_mappings();
    void fold_locations();
    PendingLocation pending(const RawLocation& location);
    void gather(std::size_t begin, std::size_t end);
    bool counts(std::span<const std::int64_t> values) const;
    void add_values(SampleId sample, std::span<const std::int64_t> values);

    StringId string(std::int64_t index);
    MappingId mapping(const RawMapping& mapping);
    FunctionId function(std::uint64_t wire_id);
    LabelSetId label_set(std::span<const RawLabel> labels);
    bool keeps(const RawLabel& label) const;
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
    Memo<StringId> strings_;
    Memo<FunctionId> functions_;
    std::vector<MappingId> mappings_;
    std::vector<LocationId> locations_;

    // Of the samples or the locations at hand.
    std::vector<Pending> pending_;
    std::vector<PendingLocation> pending_locations_;
    std::vector<StackPacking::Word> words_;
    std::vector<Line> lines_;
    std::vector<Label> labels_;
};

}  // namespace pgoprof::merging
