#include "pgoprof/codec/perf_inflate.h"

#include <algorithm>
#include <utility>

namespace pgoprof::perf {

Result<ByteView> InflatedParts::inflate(ByteView piece, std::uint32_t source, std::uint64_t offset) {
    Part part{.source = source, .offset = offset, .content = next_buffer()};
    const std::uint64_t owned = part.content.capacity();
    const std::uint64_t most = rest_.size() + std::min(left_, owned + budget_.left());
    if (part.content.empty()) part.content.append(rest_);
    if (!stream_) stream_.emplace();
    if (auto done = stream_->read(piece, most, part.content); !done) {
        done.error().offset = Offset{.value = offset};
        return fail(std::move(done.error()));
    }
    left_ -= part.content.size() - rest_.size();
    if (!budget_.charge(part.content.capacity() - owned))
        return fail_at(offset, "compressed records take more memory than allowed", ErrorCode::limit_exceeded);
    rest_ = {};
    parts_.push_back(std::move(part));
    return parts_.back().content.view();
}

/// The latest part goes on where no record of it is whole yet: else each of many small pieces would copy it.
Buffer InflatedParts::next_buffer() {
    Buffer buffer;
    if (has_rest() && rest_.data() == parts_.back().content.data()) {
        buffer = std::move(parts_.back().content);
        parts_.pop_back();
    } else if (!spare_.empty()) {
        buffer = std::move(spare_.back());
        spare_.pop_back();
        buffer.clear();
    }
    return buffer;
}

std::uint64_t InflatedParts::offset_of(std::uint32_t source) const {
    return std::ranges::lower_bound(parts_, source, {}, &Part::source)->offset;
}

void InflatedParts::release_before(std::uint32_t source) {
    constexpr std::size_t kSpare = 4;
    while (parts_.size() > 1 && parts_.front().source < source) {
        if (spare_.size() < kSpare)
            spare_.push_back(std::move(parts_.front().content));
        else
            budget_.refund(parts_.front().content.capacity());
        parts_.pop_front();
    }
}

}  // namespace pgoprof::perf
