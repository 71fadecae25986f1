// Apart from the digests themselves, so that what only prints them, or reads them, does not start nettle, which asks
// the processor what it can do: to a guest of a hypervisor that is a twentieth of a millisecond.
#include <fmt/format.h>

#include <charconv>

#include "pgoprof/base/sha256.h"

namespace pgoprof {

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
