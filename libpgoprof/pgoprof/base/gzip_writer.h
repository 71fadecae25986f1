// gzip of a stream whose end is not known, on several threads.
#pragma once

#include <cstdint>
#include <deque>
#include <future>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/result.h"
#include "pgoprof/base/write_bytes.h"

namespace pgoprof {

enum class Compression : std::uint8_t {
    quick,     ///< 200 MB/s at the start, then 360
    thorough,  ///< 15 MB/s, for 6% less than at the start and 15% less than then: for what is small and kept
};

/// Compresses what it is given, in blocks of at most 2 MiB that each become a gzip member, and hands them on in order.
/// The bytes do not depend on the number of threads, nor on how the input was cut into pieces.
class GzipWriter {
public:
    /// Compresses on up to `threads` threads besides the calling one, on which `write` is called; on that alone with 0.
    GzipWriter(unsigned threads, Compression compression, WriteBytes write)
        : threads_(threads), compression_(compression), write_(std::move(write)) {}

    /// The first error of `write_` is returned, and again from then on.
    Result<> write(ByteView data);

    /// To be called once, at the end. A member is written even if there was nothing.
    Result<> finish();

private:
    void compress_block();
    void write_oldest();
    std::size_t block_size() const;
    int level() const;

    unsigned threads_;
    Compression compression_;
    WriteBytes write_;
    Buffer block_;
    std::deque<std::future<Buffer>> compressing_;  ///< oldest first
    std::uint64_t blocks_ = 0;
    Result<> written_;
};

}  // namespace pgoprof
