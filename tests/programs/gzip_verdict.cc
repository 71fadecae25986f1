// What gunzip makes of many inputs. stdin: for each input its length (32 bits, little-endian) and its bytes; stdout:
// for each a line, "accept SIZE HASH" (FNV-1a of the inflated bytes) or "refuse FAULT OFFSET".
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <string_view>

#include "pgoprof/base/gzip.h"

using namespace pgoprof;

namespace {

constexpr std::array<std::string_view, 6> kFaults{"bad_header",   "truncated",     "corrupt",
                                                  "bad_checksum", "trailing_data", "too_large"};

bool read_exactly(void* to, std::size_t bytes) { return std::fread(to, 1, bytes, stdin) == bytes; }

bool read_case(Buffer& input) {
    std::array<unsigned char, 4> bytes;
    if (!read_exactly(bytes.data(), bytes.size())) return false;
    std::size_t length = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) length = length << 8 | bytes[i];
    input.resize(length);
    return read_exactly(input.data(), input.size());
}

std::uint64_t fnv1a(ByteView bytes) {
    std::uint64_t hash = 14695981039346656037u;
    for (const std::byte byte : bytes) hash = (hash ^ std::to_integer<std::uint64_t>(byte)) * 1099511628211u;
    return hash;
}

}  // namespace

int main() {
    Buffer input;
    Buffer inflated;
    while (read_case(input)) {
        Budget budget(kGiB);
        if (const auto result = gunzip(input.view(), budget, inflated); result) {
            fmt::print("accept {} {:016x}\n", inflated.size(), fnv1a(inflated.view()));
        } else {
            const auto fault = static_cast<std::size_t>(result.error().fault);
            fmt::print("refuse {} {}\n", kFaults.at(fault), result.error().offset);
        }
    }
}
