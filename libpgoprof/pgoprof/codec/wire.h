// The protobuf wire format, read as leniently as Go's internal/profile reads it.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "pgoprof/base/bytes.h"

namespace pgoprof {

enum class WireFault : std::uint8_t { none, truncated, bad_varint, unknown_type };

enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

struct WireField {
    std::uint64_t number = 0;  ///< any: 0 and reserved numbers are the caller's to skip
    WireType type = WireType::varint;
    std::uint64_t value = 0;  ///< varint, fixed64, fixed32
    ByteView data;            ///< bytes
    const std::byte* begin = nullptr;
};

namespace wire {

/// The bits that say that a varint goes on, of eight bytes.
inline constexpr std::uint64_t kContinues = 0x8080808080808080;

inline std::uint64_t load_word(const std::byte* at) {
    static_assert(std::endian::native == std::endian::little);
    std::uint64_t word;
    std::memcpy(&word, at, sizeof(word));
    return word;
}

}  // namespace wire

/// Pulls fields, or bare varints, off the front of a message.
class WireReader {
public:
    explicit WireReader(ByteView data) : at_(data.data()), end_(data.data() + data.size()) {}

    bool at_end() const { return at_ == end_; }
    WireFault fault() const { return fault_; }
    /// Where reading stands or, after a fault, where the faulty varint or field content begins.
    const std::byte* position() const { return at_; }

    /// False at a fault: the varint runs past the end, or past ten bytes. Bits beyond the 64th are dropped, as in Go.
    [[gnu::always_inline]] bool read_varint(std::uint64_t& value) {
        // One and two bytes are nearly all there is: indices, ids, lengths.
        if (at_ != end_) [[likely]] {
            const auto first = std::to_integer<std::uint64_t>(at_[0]);
            if (first < 0x80) {
                value = first;
                ++at_;
                return true;
            }
            if (left() >= 2 && (at_[1] & std::byte{0x80}) == std::byte{0}) {
                value = (first & 0x7f) | std::to_integer<std::uint64_t>(at_[1]) << 7;
                at_ += 2;
                return true;
            }
        }
        return read_long_varint(value);
    }

    /// The fields of a message stand in an order that hardly a writer departs from. These two read the one that is
    /// named, if it is the next and sound; else they leave everything to read_field.
    template <unsigned kNumber, typename T>
    [[gnu::always_inline]] bool next_varint(T& out) {
        std::uint64_t value;
        if (!next_is<kNumber, WireType::varint>()) return false;
        const std::byte* const begin = at_++;
        if (!read_varint(value)) return reset(begin);
        out = static_cast<T>(value);
        return true;
    }
    template <unsigned kNumber>
    [[gnu::always_inline]] bool next_bytes(ByteView& out) {
        if (!next_is<kNumber, WireType::bytes>()) return false;
        const std::byte* const begin = at_++;
        return read_bytes(out) || reset(begin);
    }

    /// False at the end and at a fault.
    [[gnu::always_inline]] bool read_field(WireField& field) {
        std::uint64_t tag;
        field.begin = at_;
        if (at_end() || !read_varint(tag)) return false;
        field.number = tag >> 3;
        field.type = static_cast<WireType>(tag & 7);
        switch (field.type) {
            case WireType::varint:
                return read_varint(field.value);
            case WireType::fixed64:
                return read_fixed(field.value, 8);
            case WireType::bytes:
                return read_bytes(field.data);
            case WireType::fixed32:
                return read_fixed(field.value, 4);
        }
        return fail(WireFault::unknown_type);
    }

private:
    static constexpr std::size_t kMaxVarintBytes = 10;

    template <unsigned kNumber, WireType kType>
    bool next_is() const {
        static_assert(kNumber < 16, "the tag takes one byte");
        return at_ != end_ && *at_ == std::byte{kNumber << 3 | static_cast<unsigned>(kType)};
    }

    bool reset(const std::byte* begin) {
        at_ = begin;
        fault_ = WireFault::none;
        return false;
    }

    /// What a reader must not be asked for: its position then stays in registers.
    struct LongVarint {
        std::uint64_t value;
        const std::byte* end;  ///< nullptr at a fault
    };

    [[gnu::always_inline]] bool read_long_varint(std::uint64_t& value) {
        const LongVarint varint = long_varint(at_, end_);
        if (varint.end == nullptr) return fail(left() < kMaxVarintBytes ? WireFault::truncated : WireFault::bad_varint);
        value = varint.value;
        at_ = varint.end;
        return true;
    }

    [[gnu::noinline]] static LongVarint long_varint(const std::byte* at, const std::byte* end) {
        if (end - at >= static_cast<std::ptrdiff_t>(sizeof(std::uint64_t))) [[likely]] {
            const std::uint64_t word = wire::load_word(at);
            if (const std::uint64_t ends = ~word & wire::kContinues; ends != 0) {
                return {join_sevens(word & (ends ^ (ends - 1))), at + (std::countr_zero(ends) + 1) / 8};
            }
        }
        return any_varint(at, end);
    }

    /// The low seven bits of each byte, next to each other.
    static std::uint64_t join_sevens(std::uint64_t word) {
        word = (word & 0x007f007f007f007f) | (word & 0x7f007f007f007f00) >> 1;
        word = (word & 0x00003fff00003fff) | (word & 0x3fff00003fff0000) >> 2;
        return (word & 0x0fffffff) | (word & 0x0fffffff00000000) >> 4;
    }

    static LongVarint any_varint(const std::byte* at, const std::byte* end) {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < kMaxVarintBytes && at != end; ++i) {
            const std::byte byte = *at++;
            value |= std::to_integer<std::uint64_t>(byte & std::byte{0x7f}) << (7 * i);
            if ((byte & std::byte{0x80}) == std::byte{0}) return {value, at};
        }
        return {0, nullptr};
    }

    [[gnu::always_inline]] bool read_fixed(std::uint64_t& value, std::size_t size) {
        if (left() < size) return fail(WireFault::truncated);
        value = 0;
        for (std::size_t i = size; i-- > 0;) value = value << 8 | std::to_integer<std::uint64_t>(at_[i]);
        at_ += size;
        return true;
    }

    [[gnu::always_inline]] bool read_bytes(ByteView& data) {
        std::uint64_t size;
        if (!read_varint(size)) return false;
        if (size > left()) return fail(WireFault::truncated);
        data = {at_, static_cast<std::size_t>(size)};
        at_ += size;
        return true;
    }

    std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

    [[gnu::always_inline]] bool fail(WireFault fault) {
        fault_ = fault;
        return false;
    }

    const std::byte* at_;
    const std::byte* end_;
    WireFault fault_ = WireFault::none;
};

/// Where the last varint of `data` begins, if it holds nothing else, and something.
inline const std::byte* last_varint(ByteView data) {
    const std::byte* at = data.data() + data.size() - 1;
    while (at != data.data() && (at[-1] & std::byte{0x80}) != std::byte{0}) --at;
    return at;
}

/// How many varints `data` holds, if it holds nothing else.
inline std::size_t count_varints(ByteView data) {
    std::size_t count = 0;
    while (data.size() >= sizeof(std::uint64_t)) {
        count += (~wire::load_word(data.data()) & wire::kContinues) / 0x80 * 0x0101010101010101 >> 56;
        data = data.subspan(sizeof(std::uint64_t));
    }
    for (const std::byte byte : data) count += (byte & std::byte{0x80}) == std::byte{0} ? 1 : 0;
    return count;
}

/// Reads `data`, the content of a length-delimited field, as varints of one or two bytes, which is what ids and counts
/// mostly are, into `out`, which has room for count_varints(data). False, with anything in `out`, if there are longer
/// ones, if the last one is cut off, or if there are too few for this to pay.
///
/// Which lengths follow each other nobody can predict, so that a branch on them costs more than all the rest: here the
/// ends of up to 64 bytes' varints are found first, and a varint is the byte at its end and the one before it, if that
/// says that it goes on. The byte before the first varint is the last of the field's length, which does not.
template <typename T>
bool read_short_varints(ByteView data, T* out) {
    constexpr std::size_t kWord = sizeof(std::uint64_t);
    constexpr std::size_t kBlock = 64;
    if (data.size() < kWord || (data.back() & std::byte{0x80}) != std::byte{0}) return false;
    bool continued = false;  // whether the byte before the block goes on
    for (std::size_t begin = 0; begin < data.size(); begin += kBlock) {
        const std::size_t size = std::min(kBlock, data.size() - begin);
        std::uint64_t continues = 0;  // a bit a byte
        for (std::size_t i = 0; i < size; i += kWord) {
            const std::size_t at = begin + i;
            const std::size_t beyond = at + kWord > data.size() ? at + kWord - data.size() : 0;
            const std::uint64_t word = wire::load_word(data.data() + at - beyond) >> (8 * beyond);
            continues |= ((word & wire::kContinues) >> 7) * 0x0102040810204080 >> 56 << i;
        }
        if ((continues & (continues << 1 | (continued ? 1 : 0))) != 0) return false;
        continued = continues >> 63 != 0;
        std::uint64_t ends = ~continues & (size == kBlock ? ~std::uint64_t{0} : (std::uint64_t{1} << size) - 1);
        for (; ends != 0; ends &= ends - 1) {
            const std::byte* const end = data.data() + begin + std::countr_zero(ends);
            const auto before = std::to_integer<std::uint32_t>(end[-1]);
            const std::uint32_t two = before >> 7;
            *out++ = static_cast<T>(std::to_integer<std::uint32_t>(*end) << (7 * two) | (before & (0x7f * two)));
        }
    }
    return true;
}

/// Whether `data`, varints before which `before` more bytes can be read, of which the last belongs to no varint that
/// goes on, are such of up to three bytes, each from 1 to `most`. False, too, where that is too much to tell.
///
/// Sixteen bytes at a time, each is taken for the end of a varint, of which it and the two before it are the digits, of
/// seven bits.
inline bool holds_ids(ByteView data, std::size_t before, std::uint64_t most) {
    using Bytes = signed char __attribute__((vector_size(16)));
    constexpr std::size_t kBlock = sizeof(Bytes);
    constexpr std::size_t kMargin = 3;
    constexpr std::uint64_t kMost = 1 << 21;
    if (data.empty() || most >= kMost || before < kBlock + kMargin) return false;
    if ((data.back() & std::byte{0x80}) != std::byte{0}) return false;
    const auto load = [](const std::byte* at) {
        Bytes bytes;
        std::memcpy(&bytes, at, kBlock);
        return bytes;
    };
    const auto greatest_of = [most](int digit) {
        return Bytes{} + static_cast<signed char>(most >> (7 * digit) & 0x7f);
    };
    const std::array greatest{greatest_of(0), greatest_of(1), greatest_of(2)};
    const auto unsound_at = [&](const std::byte* at) {
        const Bytes byte = load(at);
        const Bytes previous = load(at - 1);
        const Bytes one_before = load(at - 2);
        const Bytes two = previous < 0;
        const Bytes three = two & (one_before < 0);
        const Bytes four = three & (load(at - 3) < 0);
        const Bytes high = three & byte;
        const Bytes middle = (three & previous & 0x7f) | (two & ~three & byte);
        const Bytes low = (three & one_before & 0x7f) | (two & ~three & previous & 0x7f) | (~two & byte);
        const Bytes above =
            (high > greatest[2]) |
            ((high == greatest[2]) & ((middle > greatest[1]) | ((middle == greatest[1]) & (low > greatest[0]))));
        return four | ((byte >= 0) & (above | ((high | middle | low) == 0)));
    };
    const std::byte* at = data.data();
    const std::byte* const last = at + data.size() - kBlock;  // maybe before `data`
    Bytes unsound{};
    for (; at < last; at += kBlock) unsound |= unsound_at(at);
    constexpr Bytes kLanes{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    const auto strange = static_cast<signed char>(kBlock - std::min(data.size(), kBlock));  // lanes that are not of it
    unsound |= unsound_at(last) & (kLanes >= strange);
    std::array<std::uint64_t, 2> words;
    std::memcpy(words.data(), &unsound, kBlock);
    return (words[0] | words[1]) == 0;
}

}  // namespace pgoprof
