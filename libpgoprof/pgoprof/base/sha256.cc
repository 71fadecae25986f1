#include "pgoprof/base/sha256.h"

#include <fmt/format.h>
#include <nettle/hmac.h>
#include <nettle/sha2.h>

#include <charconv>

namespace pgoprof {

Sha256 sha256(ByteView data) {
    Sha256 digest;
    sha256_ctx context;
    sha256_init(&context);
    sha256_update(&context, data.size(), reinterpret_cast<const std::uint8_t*>(data.data()));
    sha256_digest(&context, digest.bytes.size(), digest.bytes.data());
    return digest;
}

Sha256 hmac_sha256(ByteView key, ByteView data) {
    Sha256 digest;
    hmac_sha256_ctx context;
    hmac_sha256_set_key(&context, key.size(), reinterpret_cast<const std::uint8_t*>(key.data()));
    hmac_sha256_update(&context, data.size(), reinterpret_cast<const std::uint8_t*>(data.data()));
    hmac_sha256_digest(&context, digest.bytes.size(), digest.bytes.data());
    return digest;
}

std::string to_hex(const Sha256& digest) { return fmt::format("{:02x}", fmt::join(digest.bytes, "")); }

std::optional<Sha256> parse_sha256(std::string_view hex) {
    Sha256 digest;
    if (hex.size() != 2 * digest.bytes.size()) return std::nullopt;
    for (std::size_t i = 0; i < digest.bytes.size(); ++i) {
        const char* const begin = hex.data() + 2 * i;
        const auto [end, error] = std::from_chars(begin, begin + 2, digest.bytes[i], 16);
        if (error != std::errc{} || end != begin + 2) return std::nullopt;
    }
    return digest;
}

}  // namespace pgoprof
