#include "pgoprof/base/hash.h"

#include <sys/random.h>

#include <chrono>
#include <cstring>

namespace pgoprof {
namespace {

std::uint64_t draw() {
    std::uint64_t word = 0;
    if (::getrandom(&word, sizeof(word), GRND_NONBLOCK) != sizeof(word)) {
        word = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
        word *= 0x9e3779b97f4a7c15;  // spreads the few bits that change
    }
    return word | 1;
}

std::uint64_t load(const char* at, std::size_t size) {
    std::uint64_t word = 0;
    if (size > 0) std::memcpy(&word, at, size);  // the empty string may be nowhere
    return word;
}

}  // namespace

const std::uint64_t detail::hash_secret = draw();

std::uint64_t hash_bytes(std::string_view text) {
    constexpr std::size_t kWord = sizeof(std::uint64_t);
    const char* const end = text.data() + text.size();
    if (text.size() < kWord) return hash_mix(text.size(), load(text.data(), text.size()));
    std::uint64_t hash = text.size();
    for (const char* at = text.data(); at + kWord < end; at += kWord) hash = hash_mix(hash, load(at, kWord));
    return hash_mix(hash, load(end - kWord, kWord));
}

}  // namespace pgoprof
