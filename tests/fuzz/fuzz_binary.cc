// Any bytes at all, as a Go program.
#include <cstddef>
#include <cstdint>
#include <span>

#include "support/exercise_binary.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const pgoprof::testing::MemoryFile file(std::as_bytes(std::span(data, size)));
    pgoprof::testing::exercise_binary(file.path(), 16);
    return 0;
}
