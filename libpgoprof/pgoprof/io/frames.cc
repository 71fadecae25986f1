#include "pgoprof/io/frames.h"

#include <fmt/format.h>

#include <algorithm>

#include "pgoprof/base/file_descriptor.h"
#include "pgoprof/base/text.h"

namespace pgoprof {
namespace {

constexpr std::size_t kBlockBytes = 64 * 1024;
constexpr int kMaxVarintBytes = 10;

std::unexpected<Error> fail_at(std::uint64_t offset, Error error) {
    error.offset = Offset{offset, OffsetSpace::stored};
    return fail(std::move(error));
}

}  // namespace

Result<bool> FrameReader::next(Buffer& out) {
    out.clear();
    const std::uint64_t begin = offset();
    std::uint64_t length = 0;
    if (const auto more = read_length(length); !more || !*more) return more;
    if (length > max_frame_bytes_) {
        return fail_at(begin,
                       {.code = ErrorCode::limit_exceeded,
                        .message = fmt::format("a frame of {} bytes, larger than the limit of {}", length,
                                               format_bytes(max_frame_bytes_)),
                        .remedy = "if this stream is trusted and holds varint-length-delimited profiles, raise the "
                                  "limit with --max-input-size"});
    }
    while (out.size() < length) {
        const auto more = fill_block();
        if (!more) return more;
        if (!*more) {
            return fail_at(offset(),
                           {.message = fmt::format("the stream ends within the profile, after {} of its {} bytes",
                                                   out.size(), length)});
        }
        const std::size_t wanted = std::min<std::uint64_t>(length - out.size(), block_.size() - taken_);
        out.append(block_.view().subspan(taken_, wanted));
        taken_ += wanted;
    }
    return true;
}

Result<bool> FrameReader::read_length(std::uint64_t& length) {
    const std::uint64_t begin = offset();
    for (int i = 0; i < kMaxVarintBytes; ++i) {
        const auto more = fill_block();
        if (!more) return more;
        if (!*more) {
            if (i == 0) return false;
            return fail_at(begin, {.message = "the stream ends within the length of the next profile"});
        }
        const auto byte = std::to_integer<std::uint64_t>(block_.view()[taken_++]);
        length |= (byte & 0x7f) << (7 * i);
        if ((byte & 0x80) == 0) return true;
    }
    return fail_at(begin, {.message = "no frame begins here: its length is no varint"});
}

/// Makes sure that there are unused bytes; false at the end of the stream.
Result<bool> FrameReader::fill_block() {
    if (taken_ < block_.size()) return true;
    block_offset_ += block_.size();
    taken_ = 0;
    block_.resize(kBlockBytes);
    const ssize_t count = retry_interrupted([&] { return ::read(fd_, block_.data(), block_.size()); });
    block_.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
    if (count < 0) return fail_errno("cannot be read");
    return count != 0;
}

}  // namespace pgoprof
