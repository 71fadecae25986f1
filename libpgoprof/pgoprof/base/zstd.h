// Zstandard streams.
#pragma once

#include <memory>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/result.h"

namespace pgoprof {

/// Decompresses one stream that arrives in pieces, such as the compressed records of a perf.data file.
class ZstdReader {
public:
    ZstdReader();
    ~ZstdReader();
    ZstdReader(const ZstdReader&) = delete;
    ZstdReader& operator=(const ZstdReader&) = delete;

    /// Appends to `out` what `piece` adds to the stream. Errors: invalid_content; limit_exceeded, with what fitted
    /// appended, if `out` would grow beyond `max_size`.
    Result<> read(ByteView piece, std::size_t max_size, Buffer& out);

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

}  // namespace pgoprof
