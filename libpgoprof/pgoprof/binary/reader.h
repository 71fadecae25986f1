// Little-endian reads at offsets that a file named, each checked against the bytes that there are.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "pgoprof/base/bytes.h"

namespace pgoprof {

/// The `size` bytes at `offset`; nothing unless all of them are there.
inline std::optional<ByteView> slice(ByteView bytes, std::uint64_t offset, std::uint64_t size) {
    if (offset > bytes.size() || size > bytes.size() - offset) return std::nullopt;
    return bytes.subspan(offset, size);
}

/// All that follows `offset`; empty beyond the end.
inline ByteView tail(ByteView bytes, std::uint64_t offset) {
    return offset < bytes.size() ? bytes.subspan(offset) : ByteView{};
}

/// A number, or a struct of numbers as the file has it.
template <typename T>
    requires std::is_trivially_copyable_v<T>
std::optional<T> read_at(ByteView bytes, std::uint64_t offset) {
    static_assert(std::endian::native == std::endian::little);
    if (offset > bytes.size() || sizeof(T) > bytes.size() - offset) return std::nullopt;
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof(T));
    return value;
}

/// Longer than any name of code, a section or a file. What asks for many must not read megabytes for each.
inline constexpr std::size_t kLongestName = std::size_t{64} << 10;

/// The string at `offset` that a NUL ends; nothing if none does.
inline std::optional<std::string_view> string_at(ByteView bytes, std::uint64_t offset) {
    const std::string_view text = as_text(tail(bytes, offset)).substr(0, kLongestName);
    const std::size_t end = text.find('\0');
    if (end == std::string_view::npos) return std::nullopt;
    return text.substr(0, end);
}

/// Takes an unsigned varint of at most `T`'s width off the front; nothing, and `bytes` as they were, if it is cut
/// short.
template <std::unsigned_integral T>
std::optional<T> take_varint(ByteView& bytes) {
    T value = 0;
    unsigned shift = 0;
    for (std::size_t i = 0; i < bytes.size() && shift < 8 * sizeof(T); ++i, shift += 7) {
        const auto byte = std::to_integer<std::uint8_t>(bytes[i]);
        value |= static_cast<T>(static_cast<T>(byte & 0x7f) << shift);
        if (byte < 0x80) {
            bytes = bytes.subspan(i + 1);
            return value;
        }
    }
    return std::nullopt;
}

}  // namespace pgoprof
