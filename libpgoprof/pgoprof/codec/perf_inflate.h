// The compressed records of perf.data.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"
#include "pgoprof/base/zstd.h"
#include "pgoprof/codec/perf_format.h"

namespace pgoprof::perf {

/// Inflates the one stream that all compressed records of a file make up, part by part, and keeps each part until it is
/// released: records refer to it. A record that straddles two parts is put together at the beginning of the second.
class InflatedParts {
public:
    /// `most_bytes` is what all parts together may hold, released or not: a bound on the work.
    InflatedParts(Budget& budget, std::uint64_t most_bytes) : budget_(budget), left_(most_bytes) {}

    /// What `piece` adds to the stream, after what `keep_rest` kept of the part before. Valid until released.
    /// `source` grows from part to part; `offset` is where `piece` is stored.
    Result<ByteView> inflate(ByteView piece, std::uint32_t source, std::uint64_t offset);

    /// `rest`, the end of the latest part, is no whole record yet.
    void keep_rest(ByteView rest) { rest_ = rest; }
    bool has_rest() const { return !rest_.empty(); }

    /// Where the piece of part `source` is stored. The part must not be released.
    std::uint64_t offset_of(std::uint32_t source) const;

    /// Frees the parts before `source`, but for the latest.
    void release_before(std::uint32_t source);

private:
    struct Part {
        std::uint32_t source = 0;
        std::uint64_t offset = 0;
        Buffer content;
    };

    Buffer next_buffer();

    Budget& budget_;
    std::uint64_t left_;
    std::optional<ZstdReader> stream_;  ///< made when it is needed
    ByteView rest_;
    std::deque<Part> parts_;
    std::vector<Buffer> spare_;
};

}  // namespace pgoprof::perf
