#include "pgoprof/transform/merge_samples.h"

#include <algorithm>
#include <limits>
#include <new>
#include <stdexcept>
#include <utility>

namespace pgoprof::merging {
namespace {

std::uint64_t hash_of(std::span<const LocationId> stack, LabelSetId labels) {
    std::uint64_t hash = hash_mix(stack.size(), labels.value);
    std::size_t i = 0;
    for (; i + 1 < stack.size(); i += 2) {
        hash = hash_mix(hash, std::uint64_t{stack[i].value} << 32 | stack[i + 1].value);
    }
    if (i < stack.size()) hash = hash_mix(hash, stack[i].value);
    return hash;
}

}  // namespace

SampleKey::SampleKey(std::span<const LocationId> its_stack, LabelSetId its_labels)
    : stack(its_stack), labels(its_labels), hash(hash_of(its_stack, its_labels)) {}

void SampleStore::make_room_for_ids(std::size_t location_count) {
    constexpr std::size_t kNarrowIds = std::numeric_limits<std::uint16_t>::max();
    if (!wide_ && location_count > kNarrowIds) widen();
}

void SampleStore::widen() {
    SampleStore wider(columns_);
    wider.wide_ = true;
    std::vector<LocationId> stack;
    for_each([&](SampleId id) {
        copy_stack(id, stack);
        const SampleId copy = wider.find_or_insert(SampleKey(stack, labels(id)));
        std::ranges::copy(std::as_const(*this).values(id), wider.values_begin(copy));
    });
    *this = std::move(wider);
}

SampleId SampleStore::find_or_insert(const SampleKey& key) {
    return {index_.find_or_insert(
        key.hash, [&](std::uint32_t id) { return equal({id}, key); }, [&] { return append(key).value; })};
}

bool SampleStore::equal(SampleId id, const SampleKey& key) const {
    if (labels(id) != key.labels || depth(id) != key.stack.size()) return false;
    return with_stack(id, [&](auto stack) {
        std::uint32_t difference = 0;  // no early exit: mostly they are equal, and so it vectorizes
        for (std::size_t i = 0; i < stack.size(); ++i) difference |= stack[i] ^ key.stack[i].value;
        return difference == 0;
    });
}

SampleId SampleStore::append(const SampleKey& key) {
    const SampleId id = allocate(words(key.stack.size()));
    new (at(id)) Header{key.labels, static_cast<std::uint32_t>(key.stack.size())};
    std::uninitialized_fill_n(values_begin(id), columns_, 0);
    fill_stack(id, key.stack);
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

void SampleStore::fill_stack(SampleId id, std::span<const LocationId> stack) {
    Word* const begin = at(id) + 1 + columns_;
    const auto fill = [&](auto* out) {
        for (const LocationId location : stack)
            *out++ = static_cast<std::remove_pointer_t<decltype(out)>>(location.value);
    };
    if (wide_) return fill(reinterpret_cast<std::uint32_t*>(begin));
    fill(reinterpret_cast<std::uint16_t*>(begin));
}

void SampleStore::copy_stack(SampleId id, std::vector<LocationId>& out) const {
    with_stack(id, [&](auto stack) {
        out.resize(stack.size());
        std::ranges::transform(stack, out.begin(), [](std::uint32_t location) { return LocationId{location}; });
    });
}

void SampleStore::renumber(SampleId id, const std::vector<LocationId>& renumbering) {
    Word* const begin = at(id) + 1 + columns_;
    const auto replace = [&](auto* stack) {
        for (std::uint32_t i = 0; i < depth(id); ++i) {
            stack[i] = static_cast<std::remove_pointer_t<decltype(stack)>>(renumbering[stack[i]].value);
        }
    };
    if (wide_) return replace(reinterpret_cast<std::uint32_t*>(begin));
    replace(reinterpret_cast<std::uint16_t*>(begin));
}

/// A record is mostly longer than one cache line.
void SampleStore::prefetch(SampleId id) const {
    constexpr std::size_t kLineWords = 64 / sizeof(Word);
    const Word* const record = at(id);
    __builtin_prefetch(record);
    __builtin_prefetch(record + kLineWords);
}

}  // namespace pgoprof::merging
