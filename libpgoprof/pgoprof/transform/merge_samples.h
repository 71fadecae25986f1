// The samples of a merge: part of merge.h's implementation.
#pragma once

#include <cstdint>
#include <span>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/hash_index.h"
#include "pgoprof/model/profile.h"

namespace pgoprof::merging {

using LabelSetId = Id<struct LabelSetTag>;
using SampleId = Id<struct SampleTag>;

/// What makes two samples one, with its hash.
struct SampleKey {
    std::span<const LocationId> stack;  ///< leaf first
    LabelSetId labels;
    std::uint64_t hash;

    SampleKey(std::span<const LocationId> its_stack, LabelSetId its_labels);
};

/// Distinct samples with the sums of their values. A sample is one contiguous record, so that finding it, comparing it
/// and adding to it touch the same memory: labels and depth, the sums, the stack.
class SampleStore {
public:
    explicit SampleStore(std::uint32_t columns) : columns_(columns) {}

    /// The sums of the sample with that key; a new one has zeros.
    SampleId find_or_insert(const SampleKey& key);

    // Hints, some dozen samples ahead of find_or_insert.
    void prefetch_slot(const SampleKey& key) const { index_.prefetch(key.hash); }
    void prefetch_record(const SampleKey& key) const {
        if (const auto id = index_.likely_id(key.hash)) prefetch({*id});
    }
    void prefetch(SampleId id) const;

    LabelSetId labels(SampleId id) const { return header(id).labels; }
    std::span<const std::int64_t> values(SampleId id) const { return {values_begin(id), columns_}; }
    std::span<std::int64_t> values(SampleId id) { return {values_begin(id), columns_}; }
    std::span<const LocationId> stack(SampleId id) const { return {stack_begin(id), header(id).depth}; }
    std::span<LocationId> stack(SampleId id) { return {stack_begin(id), header(id).depth}; }

    std::size_t size() const { return count_; }

    /// In order of arrival.
    template <typename Visit>
    void for_each(const Visit& visit) const {
        const auto end = static_cast<std::uint32_t>(records_.size() / kWord);
        for (SampleId id{0}; id.value < end; id.value += words(header(id).depth)) visit(id);
    }

    /// Frees what only find_or_insert needs.
    void end_inserting() { index_ = {}; }

private:
    // Ids are positions in words, so that 32 bits reach far.
    static constexpr std::size_t kWord = 8;

    struct Header {
        LabelSetId labels;
        std::uint32_t depth;
    };
    static_assert(sizeof(Header) == kWord && sizeof(LocationId) * 2 == kWord);

    std::uint32_t words(std::size_t depth) const { return static_cast<std::uint32_t>(1 + columns_ + (depth + 1) / 2); }
    std::byte* at(SampleId id) { return records_.data() + std::size_t{id.value} * kWord; }
    const std::byte* at(SampleId id) const { return records_.data() + std::size_t{id.value} * kWord; }
    const Header& header(SampleId id) const { return *reinterpret_cast<const Header*>(at(id)); }
    std::int64_t* values_begin(SampleId id) { return reinterpret_cast<std::int64_t*>(at(id) + kWord); }
    const std::int64_t* values_begin(SampleId id) const {
        return reinterpret_cast<const std::int64_t*>(at(id) + kWord);
    }
    LocationId* stack_begin(SampleId id) { return reinterpret_cast<LocationId*>(at(id) + (1 + columns_) * kWord); }
    const LocationId* stack_begin(SampleId id) const {
        return reinterpret_cast<const LocationId*>(at(id) + (1 + columns_) * kWord);
    }
    std::uint32_t append(const SampleKey& key);

    std::uint32_t columns_;
    std::size_t count_ = 0;
    Buffer records_;
    HashIndex index_;
};

}  // namespace pgoprof::merging
