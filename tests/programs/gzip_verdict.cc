// What gunzip makes of many inputs. stdin: for each input its length (32 bits, little-endian) and its bytes; stdout:
// for each a line, "accept SIZE HASH" (FNV-1a of the inflated bytes) or "refuse FAULT OFFSET".
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <string_view>

#include "cases.h"
#include "pgoprof/base/gzip.h"

using namespace pgoprof;
using namespace pgoprof::testing;

namespace {

constexpr std::array<std::string_view, 6> kFaults{"bad_header",   "truncated",     "corrupt",
                                                  "bad_checksum", "trailing_data", "too_large"};

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
