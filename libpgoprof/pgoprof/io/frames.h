// Several profiles on one stream: varint-length-delimited frames.
#pragma once

#include <cstdint>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/result.h"

namespace pgoprof {

/// Reads frames, each a length as a protobuf varint and then that many bytes (as protobuf's writeDelimitedTo writes
/// them), off a descriptor that stays the caller's.
class FrameReader {
public:
    FrameReader(int fd, std::uint64_t max_frame_bytes) : fd_(fd), max_frame_bytes_(max_frame_bytes) {}

    /// Replaces `out` by the next frame; false at the end of the stream. Memory grows with the bytes that arrive, not
    /// with the length that is claimed. Errors, after which the stream cannot be read any further: invalid_content for
    /// a stream that ends within a frame and for a length that is none, limit_exceeded beyond `max_frame_bytes`,
    /// io_failure. Offsets count the stream's bytes.
    Result<bool> next(Buffer& out);

private:
    Result<bool> read_length(std::uint64_t& length);
    Result<bool> fill_block();
    std::uint64_t offset() const { return block_offset_ + taken_; }

    int fd_;
    std::uint64_t max_frame_bytes_;
    Buffer block_;                    ///< what was read last
    std::size_t taken_ = 0;           ///< bytes of it that are used up
    std::uint64_t block_offset_ = 0;  ///< where it begins in the stream
};

}  // namespace pgoprof
