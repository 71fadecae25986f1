// SHA-256, to tell whether two inputs are the same bytes, and HMAC, for names that nobody can guess.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "pgoprof/base/bytes.h"

namespace pgoprof {

struct Sha256 {
    std::array<std::uint8_t, 32> bytes{};
    friend auto operator<=>(const Sha256&, const Sha256&) = default;
};

Sha256 sha256(ByteView data);

/// HMAC-SHA-256 (RFC 2104).
Sha256 hmac_sha256(ByteView key, ByteView data);

/// 64 hexadecimal digits, as sha256sum prints them.
std::string to_hex(const Sha256& digest);

/// Upper or lower case; nullopt for anything but 64 hexadecimal digits.
std::optional<Sha256> parse_sha256(std::string_view hex);

}  // namespace pgoprof
