#include "pgoprof/base/zstd.h"

#include <fmt/format.h>
#include <zstd.h>

namespace pgoprof {

struct ZstdReader::Context {
    struct Free {
        void operator()(ZSTD_DStream* done) const { ZSTD_freeDStream(done); }
    };
    std::unique_ptr<ZSTD_DStream, Free> stream{ZSTD_createDStream()};
};

ZstdReader::ZstdReader() : context_(std::make_unique<Context>()) {
    if (context_->stream == nullptr) throw std::bad_alloc();
}

ZstdReader::~ZstdReader() = default;

Result<> ZstdReader::read(ByteView piece, std::size_t max_size, Buffer& out) {
    ZSTD_inBuffer in{piece.data(), piece.size(), 0};
    // A step that fills its room may have more to give even if it has taken all.
    bool filled = false;
    while (in.pos < in.size || filled) {
        if (out.size() >= max_size)
            return fail(ErrorCode::limit_exceeded, fmt::format("more than {} bytes of zstd content", max_size));
        const std::size_t begin = out.size();
        out.resize(std::min(max_size, begin + ZSTD_DStreamOutSize()));
        ZSTD_outBuffer step{out.data() + begin, out.size() - begin, 0};
        const std::size_t status = ZSTD_decompressStream(context_->stream.get(), &step, &in);
        filled = step.pos == step.size;
        out.resize(begin + step.pos);
        if (ZSTD_isError(status) != 0)
            return fail(ErrorCode::invalid_content, fmt::format("broken zstd stream: {}", ZSTD_getErrorName(status)));
    }
    return {};
}

}  // namespace pgoprof
