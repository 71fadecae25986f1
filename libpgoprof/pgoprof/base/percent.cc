#include "pgoprof/base/percent.h"

namespace pgoprof {
namespace {

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~").find(c) != std::string_view::npos;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char letter = static_cast<char>(c | 0x20);
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

bool begins_with_escape(std::string_view text) {
    return text.size() >= 3 && text[0] == '%' && hex_digit(text[1]) >= 0 && hex_digit(text[2]) >= 0;
}

}  // namespace

std::string percent_encode(std::string_view bytes) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string text;
    for (const char c : bytes) {
        if (is_unreserved(c)) {
            text += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            text += {'%', kHex[byte >> 4], kHex[byte & 0xf]};
        }
    }
    return text;
}

std::string percent_decode(std::string_view text) {
    std::string bytes;
    while (!text.empty()) {
        const bool escape = begins_with_escape(text);
        bytes += escape ? static_cast<char>(hex_digit(text[1]) * 16 + hex_digit(text[2])) : text[0];
        text.remove_prefix(escape ? 3 : 1);
    }
    return bytes;
}

}  // namespace pgoprof
