// Stacks packed into words: part of merge.h's implementation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "pgoprof/base/hash.h"
#include "pgoprof/model/profile.h"

namespace pgoprof::merging {

/// How a stack is kept: its locations' ids + 1, leaf first, from a word's high bits down, and zeros after the root. So
/// words compare as stacks do, and four locations at a time. An id takes 16 bits as long as there are fewer than 65,535
/// locations, which is most of what a merge of many profiles needs; then 32.
class StackPacking {
public:
    using Word = std::uint64_t;

    static constexpr std::size_t kNarrowIds = 0xffff;  ///< how many ids fit in 16 bits

    StackPacking() = default;
    explicit StackPacking(bool wide) : bits_(wide ? 32 : 16) {}

    bool wide() const { return bits_ == 32; }
    std::size_t words(std::size_t depth) const { return (depth + per_word() - 1) / per_word(); }
    std::size_t per_word() const { return 64 / bits_; }

    /// Whether the stack ends with this word of it, or before.
    bool has_ended(Word word) const { return (word & (wide() ? 0xffffffff : 0xffff)) == 0; }

    /// Orders first words by their leaf; 0 if the stack is empty.
    std::size_t leaf_rank(Word first_word) const { return first_word >> (64 - bits_); }

    /// The first of a stack that has one.
    LocationId leaf(std::span<const Word> words) const {
        return LocationId{static_cast<std::uint32_t>(leaf_rank(words.front())) - 1};
    }

    /// Calls `visit` with each location, leaf first.
    template <typename Visit>
    void for_each(std::span<const Word> words, Visit visit) const {
        if (wide()) {
            for_each_as<32>(words, visit);
        } else {
            for_each_as<16>(words, visit);
        }
    }

    /// Replaces each location by `to(location)`.
    template <typename To>
    void replace(std::span<Word> words, const To& to) const {
        if (wide()) {
            replace_as<32>(words, to);
        } else {
            replace_as<16>(words, to);
        }
    }

    /// Packs `to(element)` of each element of `stack` into `out`, which has room for words(stack.size()), and mixes the
    /// words into `hash`.
    template <typename Element, typename To>
    void pack(std::span<const Element> stack, const To& to, Word* out, std::uint64_t& hash) const {
        if (wide()) {
            pack_as<32>(stack, to, out, hash);
        } else {
            pack_as<16>(stack, to, out, hash);
        }
    }

private:
    template <unsigned kBits>
    static LocationId first(Word word) {
        return LocationId{static_cast<std::uint32_t>(word >> (64 - kBits)) - 1};
    }

    template <unsigned kBits, typename Visit>
    static void for_each_as(std::span<const Word> words, Visit& visit) {
        if (words.empty()) return;
        for (Word word : words.first(words.size() - 1)) {  // all but the last are full
            for (unsigned i = 0; i < 64 / kBits; ++i, word <<= kBits) visit(first<kBits>(word));
        }
        for (Word word = words.back(); word != 0; word <<= kBits) visit(first<kBits>(word));
    }

    template <unsigned kBits, typename To>
    static void replace_as(std::span<Word> words, const To& to) {
        for (Word& word : words) {
            Word replaced = 0;
            for (unsigned i = 0; i < 64 / kBits; ++i, word <<= kBits) {
                // The zeros after a root have no location.
                const bool located = word >> (64 - kBits) != 0;
                replaced = replaced << kBits | (located ? Word{to(first<kBits>(word)).value} + 1 : 0);
            }
            word = replaced;
        }
    }

    template <unsigned kBits, typename Element, typename To>
    static void pack_as(std::span<const Element> stack, const To& to, Word* out, std::uint64_t& hash) {
        constexpr std::size_t kPerWord = 64 / kBits;
        const auto put = [&](Word word) {
            *out++ = word;
            hash = hash_mix(hash, word);
        };
        const auto join = [&](std::size_t i) { return Word{to(stack[i]).value} + 1; };
        const std::size_t whole = stack.size() / kPerWord * kPerWord;
        for (std::size_t i = 0; i < whole; i += kPerWord) {
            Word word = 0;
            for (std::size_t j = 0; j < kPerWord; ++j) word = word << kBits | join(i + j);
            put(word);
        }
        if (whole == stack.size()) return;
        Word word = 0;
        for (std::size_t i = whole; i < stack.size(); ++i) word = word << kBits | join(i);
        put(word << kBits * (whole + kPerWord - stack.size()));
    }

    unsigned bits_ = 16;
};

}  // namespace pgoprof::merging
