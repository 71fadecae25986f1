#include "pgoprof/base/base64.h"

#include <array>
#include <cstdint>

namespace pgoprof {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoDigit = 0xff;

constexpr auto kDigits = [] {
    std::array<std::uint8_t, 256> digits{};
    digits.fill(kNoDigit);
    for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
        digits[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
    }
    return digits;
}();

/// The bits of up to four digits as 24, missing ones as zeros; nullopt if one is no digit.
std::optional<std::uint32_t> group_bits(std::string_view digits) {
    std::uint32_t bits = 0;
    for (const char c : digits) {
        const std::uint8_t digit = kDigits[static_cast<unsigned char>(c)];
        if (digit == kNoDigit) return std::nullopt;
        bits = bits << 6 | digit;
    }
    return bits << 6 * (4 - digits.size());
}

void put_bytes(std::uint32_t bits, std::size_t count, std::byte* out) {
    for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<std::byte>(bits >> (16 - 8 * i));
}

}  // namespace

std::optional<Buffer> decode_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    Buffer bytes;
    bytes.resize(text.size() / 4 * 3 - padding);
    std::byte* out = bytes.data();
    text.remove_suffix(padding);
    for (; !text.empty(); text.remove_prefix(std::min<std::size_t>(4, text.size()))) {
        const std::string_view group = text.substr(0, 4);
        const std::size_t count = group.size() * 6 / 8;
        const auto bits = group_bits(group);
        if (!bits || (*bits & (0xff'ffffU >> 8 * count)) != 0) return std::nullopt;
        put_bytes(*bits, count, out);
        out += count;
    }
    return bytes;
}

std::string encode_base64(ByteView bytes) {
    std::string text;
    for (; !bytes.empty(); bytes = bytes.subspan(std::min<std::size_t>(3, bytes.size()))) {
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i)
            bits = bits << 8 | (i < bytes.size() ? std::to_integer<std::uint32_t>(bytes[i]) : 0);
        for (std::size_t i = 0; i < 4; ++i) text += i <= bytes.size() ? kAlphabet[bits >> (18 - 6 * i) & 63] : '=';
    }
    return text;
}

}  // namespace pgoprof
