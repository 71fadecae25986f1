// Any bytes at all, as a file.
#include <cstddef>
#include <cstdint>

#include "support/exercise.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    pgoprof::testing::exercise(std::as_bytes(std::span(data, size)));
    return 0;
}
