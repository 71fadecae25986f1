#include "pgoprof/transform/merge_samples.h"

#include <algorithm>
#include <limits>
#include <new>
#include <stdexcept>
#include <utility>

namespace pgoprof::merging {
void SampleStore::make_room_for_ids(std::size_t location_count) {
    if (!packing_.wide() && location_count > StackPacking::kNarrowIds) widen();
}

void SampleStore::widen() {
    SampleStore wider(columns_);
    wider.packing_ = StackPacking(true);
    std::vector<LocationId> locations;
    std::vector<Word> words;
    for_each([&](SampleId id) {
        locations.clear();
        packing_.for_each(stack(id), [&](LocationId location) { locations.push_back(location); });
        words.resize(wider.packing_.words(locations.size()));
        const auto same = [](LocationId location) { return location; };
        const SampleId copy =
            wider.find_or_insert(wider.key(std::span<const LocationId>(locations), same, labels(id), words.data()));
        std::ranges::copy(std::as_const(*this).values(id), wider.values_begin(copy));
    });
    *this = std::move(wider);
}

SampleId SampleStore::find_or_insert(const SampleKey& key) {
    return {index_.find_or_insert(
        key.hash, [&](std::uint32_t id) { return equal({id}, key); }, [&] { return append(key).value; })};
}

bool SampleStore::equal(SampleId id, const SampleKey& key) const {
    if (labels(id) != key.labels || depth(id) != key.depth) return false;
    const auto own = stack(id);
    Word difference = 0;  // no early exit: mostly they are equal
    for (std::size_t i = 0; i < own.size(); ++i) difference |= own[i] ^ key.stack[i];
    return difference == 0;
}

SampleId SampleStore::append(const SampleKey& key) {
    const SampleId id = allocate(words(key.stack.size()));
    new (at(id)) Header{key.labels, key.depth};
    std::uninitialized_fill_n(values_begin(id), columns_, 0);
    std::ranges::copy(key.stack, at(id) + 1 + columns_);
    ++count_;
    return id;
}

SampleId SampleStore::allocate(std::uint32_t words) {
    constexpr std::size_t kMostChunks = std::numeric_limits<std::uint32_t>::max() >> kChunkBits;
    if (words > kChunkWords) throw std::length_error("a sample of more than 4 MiB");
    if (chunks_.empty() || chunks_.back().used + words > kChunkWords) {
        if (chunks_.size() == kMostChunks) throw std::length_error("more than 32 GiB of distinct samples");
        chunks_.push_back({.words = {HugePageAllocator<Word>{}.allocate(kChunkWords), {}}});
    }
    const SampleId id{static_cast<std::uint32_t>(chunks_.size() - 1) << kChunkBits | chunks_.back().used};
    chunks_.back().used += words;
    return id;
}

void SampleStore::renumber(SampleId id, const std::vector<LocationId>& renumbering) {
    packing_.replace({at(id) + 1 + columns_, packing_.words(depth(id))},
                     [&](LocationId location) { return renumbering[location.value]; });
}

/// A record is mostly longer than one cache line.
void SampleStore::prefetch(SampleId id) const {
    constexpr std::size_t kLineWords = 64 / sizeof(Word);
    const Word* const record = at(id);
    __builtin_prefetch(record);
    __builtin_prefetch(record + kLineWords);
}

}  // namespace pgoprof::merging
