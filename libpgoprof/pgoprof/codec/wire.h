// The protobuf wire format, read as leniently as Go's internal/profile reads it.
#pragma once

#include <cstdint>

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

/// Pulls fields, or bare varints, off the front of a message.
class WireReader {
public:
    explicit WireReader(ByteView data) : at_(data.data()), end_(data.data() + data.size()) {}

    bool at_end() const { return at_ == end_; }
    WireFault fault() const { return fault_; }
    /// Where reading stands or, after a fault, where the faulty varint or field content begins.
    const std::byte* position() const { return at_; }

    /// False at a fault: the varint runs past the end, or past ten bytes. Bits beyond the 64th are dropped, as in Go.
    bool read_varint(std::uint64_t& value) {
        // One and two bytes are nearly all there is: indices, ids, lengths.
        if (left() >= 2) [[likely]] {
            const auto first = std::to_integer<std::uint64_t>(at_[0]);
            const auto second = std::to_integer<std::uint64_t>(at_[1]);
            if (first < 0x80) {
                value = first;
                ++at_;
                return true;
            }
            if (second < 0x80) {
                value = (first & 0x7f) | second << 7;
                at_ += 2;
                return true;
            }
        }
        return read_long_varint(value);
    }

    /// False at the end and at a fault.
    bool read_field(WireField& field) {
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
    static constexpr int kMaxVarintBytes = 10;

    bool read_long_varint(std::uint64_t& value) {
        value = 0;
        const std::byte* byte = at_;
        for (int i = 0; i < kMaxVarintBytes; ++i, ++byte) {
            if (byte == end_) return fail(WireFault::truncated);
            value |= std::to_integer<std::uint64_t>(*byte & std::byte{0x7f}) << (7 * i);
            if ((*byte & std::byte{0x80}) == std::byte{0}) {
                at_ = byte + 1;
                return true;
            }
        }
        return fail(WireFault::bad_varint);
    }

    bool read_fixed(std::uint64_t& value, std::size_t size) {
        if (left() < size) return fail(WireFault::truncated);
        value = 0;
        for (std::size_t i = size; i-- > 0;) value = value << 8 | std::to_integer<std::uint64_t>(at_[i]);
        at_ += size;
        return true;
    }

    bool read_bytes(ByteView& data) {
        std::uint64_t size;
        if (!read_varint(size)) return false;
        if (size > left()) return fail(WireFault::truncated);
        data = {at_, static_cast<std::size_t>(size)};
        at_ += size;
        return true;
    }

    std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

    bool fail(WireFault fault) {
        fault_ = fault;
        return false;
    }

    const std::byte* at_;
    const std::byte* end_;
    WireFault fault_ = WireFault::none;
};

/// How many varints `data` holds, if it holds nothing else.
inline std::size_t count_varints(ByteView data) {
    std::size_t count = 0;
    for (const std::byte byte : data) count += (byte & std::byte{0x80}) == std::byte{0} ? 1 : 0;
    return count;
}

}  // namespace pgoprof
