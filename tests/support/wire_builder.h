// Writes protobuf wire bytes by hand: whatever is legal, and what is not.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pgoprof::testing {

inline std::string wire_varint(std::uint64_t value) {
    std::string out;
    for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
    out.push_back(static_cast<char>(value));
    return out;
}

inline std::string wire_tag(std::uint64_t field, unsigned type) { return wire_varint(field << 3 | type); }

inline std::string wire_int(std::uint64_t field, std::uint64_t value) {
    return wire_tag(field, 0) + wire_varint(value);
}

inline std::string wire_bytes(std::uint64_t field, std::string_view content) {
    return wire_tag(field, 2) + wire_varint(content.size()) + std::string(content);
}

}  // namespace pgoprof::testing
