// Any bytes as a profile inside of a sound gzip file: what checksums would keep the fuzzer from reaching.
#include <cstddef>
#include <cstdint>

#include "pgoprof/base/gzip.h"
#include "support/exercise.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const pgoprof::Buffer stored = pgoprof::gzip(std::as_bytes(std::span(data, size)), 1);
    pgoprof::testing::exercise(stored.view());
    return 0;
}
