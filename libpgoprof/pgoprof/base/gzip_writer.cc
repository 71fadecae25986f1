#include "pgoprof/base/gzip_writer.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "pgoprof/base/gzip.h"

namespace pgoprof {
namespace {

// Blocks are members of their own. Small ones keep all threads busy where there is little to compress, large ones lose
// less at their ends.
constexpr std::size_t kSmallBlocks = 12;
constexpr std::size_t kSmallBlock = std::size_t{256} << 10;
constexpr std::size_t kBlock = std::size_t{2} << 20;

/// On a thread of its own, or here if there are to be none or the system gives no more.
std::future<Buffer> start(std::launch policy, Buffer block, int level) {
    auto work = [block = std::make_shared<Buffer>(std::move(block)), level] { return gzip(block->view(), level); };
    try {
        return std::async(policy, work);
    } catch (const std::system_error&) {
        return std::async(std::launch::deferred, work);
    }
}

}  // namespace

Result<> GzipWriter::write(ByteView data) {
    while (!data.empty() && written_) {
        block_.reserve(block_size());
        const ByteView part = data.first(std::min(data.size(), block_size() - block_.size()));
        block_.append(part);
        data = data.subspan(part.size());
        if (block_.size() == block_size()) compress_block();
    }
    return written_;
}

Result<> GzipWriter::finish() {
    if (blocks_ == 0 || !block_.empty()) compress_block();
    while (!compressing_.empty()) write_oldest();
    return written_;
}

void GzipWriter::compress_block() {
    while (compressing_.size() >= std::max<std::size_t>(threads_, 1)) write_oldest();
    const auto policy = threads_ == 0 ? std::launch::deferred : std::launch::async;
    compressing_.push_back(start(policy, std::exchange(block_, {}), level()));
    ++blocks_;
}

std::size_t GzipWriter::block_size() const {
    return compression_ == Compression::quick && blocks_ < kSmallBlocks ? kSmallBlock : kBlock;
}

/// libdeflate's. Of a large output the small blocks are a small part of the work.
int GzipWriter::level() const {
    if (compression_ == Compression::thorough) return 9;
    return blocks_ < kSmallBlocks ? 4 : 1;
}

void GzipWriter::write_oldest() {
    const Buffer compressed = compressing_.front().get();
    compressing_.pop_front();
    if (written_) written_ = write_(compressed.view());
}

}  // namespace pgoprof
