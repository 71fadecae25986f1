// What the programs share that judge many inputs in one run: stdin holds for each its length (32 bits, little-endian)
// and its bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>

#include "pgoprof/base/bytes.h"

namespace pgoprof::testing {

inline bool read_exactly(void* to, std::size_t bytes) { return std::fread(to, 1, bytes, stdin) == bytes; }

/// False at the end.
inline bool read_case(Buffer& input) {
    std::array<unsigned char, 4> bytes;
    if (!read_exactly(bytes.data(), bytes.size())) return false;
    std::size_t length = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) length = length << 8 | bytes[i];
    input.resize(length);
    return read_exactly(input.data(), input.size());
}

/// The hash that Go's hash/fnv calls New64a.
inline std::uint64_t fnv1a(ByteView bytes) {
    std::uint64_t hash = 14695981039346656037u;
    for (const std::byte byte : bytes) hash = (hash ^ std::to_integer<std::uint64_t>(byte)) * 1099511628211u;
    return hash;
}

}  // namespace pgoprof::testing
