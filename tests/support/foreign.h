// What decoders of foreign formats made of a text.
#pragma once

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <string>
#include <string_view>

#include "pgoprof/codec/foreign_profile.h"

namespace pgoprof::testing {

using DecodeForeign = Result<ForeignProfile> (*)(ByteView, const Limits&, Budget&);

inline Result<ForeignProfile> decode_foreign(DecodeForeign decode, std::string_view content) {
    Budget budget(64 * kMiB);
    return decode(as_bytes(content), Limits{}, budget);
}

inline Profile require_profile(DecodeForeign decode, std::string_view content) {
    auto decoded = decode_foreign(decode, content);
    if (!decoded) FAIL(decoded.error().message);
    return std::move(decoded->profile);
}

inline std::string require_error(DecodeForeign decode, std::string_view content) {
    const auto decoded = decode_foreign(decode, content);
    REQUIRE_FALSE(decoded);
    return decoded.error().message;
}

/// A sample a line, "main.main:12 main.f:3,main.inlined:4 [0x1234] = 5 6", from the root; what is inlined follows a
/// comma.
inline std::string stacks_text(const Profile& profile) {
    std::string text;
    for (std::size_t i = 0; i < profile.sample_count(); ++i) {
        const auto stack = profile.sample_stack(i);
        for (std::size_t n = stack.size(); n-- > 0;) {
            const Location& location = profile.locations[stack[n].value];
            const auto lines = profile.location_lines(location);
            if (lines.empty()) text += fmt::format("[{:#x}]", location.address);
            for (std::size_t k = lines.size(); k-- > 0;) {
                text += profile.strings[profile.functions[lines[k].function.value].name];
                if (lines[k].line != 0) text += fmt::format(":{}", lines[k].line);
                if (k != 0) text += ',';
            }
            text += ' ';
        }
        text += '=';
        for (const std::int64_t value : profile.sample_values(i)) text += fmt::format(" {}", value);
        text += '\n';
    }
    return text;
}

/// "samples/count cpu/nanoseconds".
inline std::string types_text(const Profile& profile) {
    std::string text;
    for (const ValueType& type : profile.sample_types) {
        text += fmt::format("{}{}/{}", text.empty() ? "" : " ", profile.strings[type.type], profile.strings[type.unit]);
    }
    return text;
}

/// Every proper prefix, and `content` with every single bit flipped, gives a value or an error; the sanitizers watch.
inline void damage(DecodeForeign decode, std::string content) {
    for (std::size_t size = 0; size < content.size(); ++size) {
        (void)decode_foreign(decode, std::string_view(content).substr(0, size));
    }
    for (std::size_t bit = 0; bit < content.size() * 8; ++bit) {
        const auto flip = static_cast<char>(1 << bit % 8);
        content[bit / 8] = static_cast<char>(content[bit / 8] ^ flip);
        (void)decode_foreign(decode, content);
        content[bit / 8] = static_cast<char>(content[bit / 8] ^ flip);
    }
}

}  // namespace pgoprof::testing
