// gzip, with the verdicts of Go's compress/gzip.
#pragma once

#include <cstdint>
#include <expected>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/limits.h"

namespace pgoprof {

enum class GzipFault : std::uint8_t {
    bad_header,     ///< not a gzip member header, or its checksum is wrong, or its name is over-long
    truncated,      ///< the data end inside a member
    corrupt,        ///< the deflate stream makes no sense
    bad_checksum,   ///< CRC-32 or size in the trailer disagree with the data
    trailing_data,  ///< bytes after the last member that are not another member
    too_large,      ///< the inflated data do not fit in the budget
};

struct GzipFailure {
    GzipFault fault;
    std::uint64_t offset;  ///< in stored bytes; where the faulty part (header, deflate stream, trailer) begins or, if
                           ///< truncated, the end
};

/// Whether Go's profile readers would take `data` for gzip: two magic bytes (internal/profile.Parse).
bool looks_gzipped(ByteView data);

/// Replaces `out` by the inflated concatenation of all members of `data`. Accepts what Go's compress/gzip.Reader
/// accepts in multistream mode: one or more members, reserved header flags ignored, header CRC checked, nothing after
/// the last member. (gzip.cc names the deflate streams, made for the purpose only, where this is more lenient than Go.)
/// `out` never grows beyond what `budget` has left, which is charged with the inflated size; at a failure nothing is
/// charged and `out` is empty. It keeps its capacity for reuse.
std::expected<void, GzipFailure> gunzip(ByteView data, Budget& budget, Buffer& out);

/// One gzip member (no name, no time) holding `data`; the same bytes for the same data. `level` is libdeflate's 0..12.
Buffer gzip(ByteView data, int level = 6);

}  // namespace pgoprof
