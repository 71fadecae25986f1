#include "pgoprof/transform/merge_samples.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <stdexcept>

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

SampleId SampleStore::find_or_insert(const SampleKey& key) {
    const auto equal = [&](std::uint32_t id) {
        const Header& other = header({id});
        return other.labels == key.labels && other.depth == key.stack.size() &&
               std::memcmp(stack_begin({id}), key.stack.data(), key.stack.size_bytes()) == 0;
    };
    return {index_.find_or_insert(key.hash, equal, [&] { return append(key); })};
}

std::uint32_t SampleStore::append(const SampleKey& key) {
    const std::size_t begin = records_.size();
    const std::size_t end = begin + words(key.stack.size()) * kWord;
    if (end / kWord >= std::numeric_limits<std::uint32_t>::max()) {
        throw std::length_error("more than 32 GiB of distinct samples");
    }
    if (end > records_.capacity()) records_.reserve(std::max(end, records_.capacity() + records_.capacity() / 2));
    records_.resize(end);
    const SampleId id{static_cast<std::uint32_t>(begin / kWord)};
    new (at(id)) Header{key.labels, static_cast<std::uint32_t>(key.stack.size())};
    std::uninitialized_fill_n(values_begin(id), columns_, 0);
    std::uninitialized_copy(key.stack.begin(), key.stack.end(), stack_begin(id));
    ++count_;
    return id.value;
}

/// A record is mostly longer than one cache line.
void SampleStore::prefetch(SampleId id) const {
    constexpr std::size_t kLine = 64;
    __builtin_prefetch(at(id));
    __builtin_prefetch(at(id) + kLine);
}

}  // namespace pgoprof::merging
