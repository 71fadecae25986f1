// Hashes for the tables that hold what a profile says.
#pragma once

#include <cstdint>
#include <string_view>

namespace pgoprof {

namespace detail {

/// Odd, and drawn anew by each process: whoever could foresee where records go could make a profile in which they all
/// collide.
extern const std::uint64_t hash_secret;

__extension__ using Uint128 = unsigned __int128;

}  // namespace detail

/// Mixes one more word into a hash. Its value is good for this process only: nothing that is printed or written may
/// depend on it.
inline std::uint64_t hash_mix(std::uint64_t hash, std::uint64_t word) {
    const auto product = static_cast<detail::Uint128>(hash ^ word) * detail::hash_secret;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// Of a string's bytes, on the same terms.
std::uint64_t hash_bytes(std::string_view text);

}  // namespace pgoprof
