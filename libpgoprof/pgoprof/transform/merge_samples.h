// The samples of a merge: part of merge.h's implementation.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "pgoprof/base/hash_index.h"
#include "pgoprof/base/huge_pages.h"
#include "pgoprof/model/profile.h"
#include "pgoprof/transform/stack_words.h"

namespace pgoprof::merging {

using LabelSetId = Id<struct LabelSetTag>;
using SampleId = Id<struct SampleTag>;

/// What makes two samples one, with its hash.
struct SampleKey {
    std::span<const StackPacking::Word> stack;  ///< as the store's packing has it
    std::uint32_t depth;
    LabelSetId labels;
    std::uint64_t hash;
};

/// Distinct samples with the sums of their values. A sample is one contiguous record, so that finding it, comparing it
/// and adding to it touch the same memory: labels and depth, the sums, the stack.
class SampleStore {
public:
    using Word = StackPacking::Word;

    explicit SampleStore(std::uint32_t columns) : columns_(columns) {}

    /// To be called before a key has location ids up to `location_count`: it may change the packing.
    void make_room_for_ids(std::size_t location_count);

    const StackPacking& packing() const { return packing_; }

    /// `words` is memory for the key's stack, of packing().words(stack.size()).
    template <typename Element, typename To>
    SampleKey key(std::span<const Element> stack, const To& to_location, LabelSetId labels, Word* words) const {
        SampleKey key{.stack = {words, packing_.words(stack.size())},
                      .depth = static_cast<std::uint32_t>(stack.size()),
                      .labels = labels,
                      .hash = hash_mix(stack.size(), labels.value)};
        packing_.pack(stack, to_location, words, key.hash);
        return key;
    }

    /// A new sample has zeros for values.
    SampleId find_or_insert(const SampleKey& key);

    // Hints, some dozen samples ahead of find_or_insert.
    void prefetch_slot(const SampleKey& key) const { index_.prefetch(key.hash); }
    void prefetch_record(const SampleKey& key) const {
        if (const auto id = index_.likely_id(key.hash)) prefetch({*id});
    }
    void prefetch(SampleId id) const;

    std::size_t size() const { return count_; }
    LabelSetId labels(SampleId id) const { return header(id).labels; }
    std::uint32_t depth(SampleId id) const { return header(id).depth; }
    std::span<const std::int64_t> values(SampleId id) const { return {values_begin(id), columns_}; }
    std::span<std::int64_t> values(SampleId id) { return {values_begin(id), columns_}; }

    std::span<const Word> stack(SampleId id) const { return {at(id) + 1 + columns_, packing_.words(depth(id))}; }

    /// Each location of the stack becomes `renumbering[location]`. The sample is not to be found any more.
    void renumber(SampleId id, const std::vector<LocationId>& renumbering);

    /// In order of arrival.
    template <typename Visit>
    void for_each(const Visit& visit) const {
        for (std::uint32_t chunk = 0; chunk < chunks_.size(); ++chunk) for_each_in(chunk, visit);
    }

    // The same, on several threads: a chunk is some ten thousand samples.
    std::size_t chunk_count() const { return chunks_.size(); }
    template <typename Visit>
    void for_each_in(std::size_t chunk, const Visit& visit) const {
        for (std::uint32_t word = 0; word < chunks_[chunk].used;) {
            const SampleId id{static_cast<std::uint32_t>(chunk) << kChunkBits | word};
            word += words(packing_.words(header(id).depth));
            visit(id);
        }
    }

    /// Frees what only find_or_insert needs.
    void end_inserting() { index_ = {}; }

private:
    // Memory comes in chunks, so that nothing ever moves. An id is a chunk's number and a position in it, in words.
    static constexpr int kChunkBits = 19;
    static constexpr std::uint32_t kChunkWords = 1 << kChunkBits;

    struct Free {
        void operator()(Word* block) const { HugePageAllocator<Word>{}.deallocate(block, kChunkWords); }
    };
    struct Chunk {
        std::unique_ptr<Word[], Free> words;
        std::uint32_t used = 0;
    };

    struct Header {
        LabelSetId labels;
        std::uint32_t depth;
    };
    static_assert(sizeof(Header) == sizeof(Word));

    std::uint32_t words(std::size_t stack_words) const {
        return static_cast<std::uint32_t>(1 + columns_ + stack_words);
    }

    const Word* at(SampleId id) const { return &chunks_[id.value >> kChunkBits].words[id.value % kChunkWords]; }
    Word* at(SampleId id) { return &chunks_[id.value >> kChunkBits].words[id.value % kChunkWords]; }
    const Header& header(SampleId id) const { return *reinterpret_cast<const Header*>(at(id)); }
    const std::int64_t* values_begin(SampleId id) const { return reinterpret_cast<const std::int64_t*>(at(id) + 1); }
    std::int64_t* values_begin(SampleId id) { return reinterpret_cast<std::int64_t*>(at(id) + 1); }

    bool equal(SampleId id, const SampleKey& key) const;
    SampleId append(const SampleKey& key);
    SampleId allocate(std::uint32_t words);
    void widen();

    std::uint32_t columns_;
    StackPacking packing_;
    std::size_t count_ = 0;
    std::vector<Chunk> chunks_;
    HashIndex index_;
};

}  // namespace pgoprof::merging
