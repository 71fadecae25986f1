// Text that is handed over as it grows.
#pragma once

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "pgoprof/base/write_bytes.h"

namespace pgoprof {

/// After the first error nothing more is written; `finish` gives it.
class PieceWriter {
public:
    explicit PieceWriter(const WriteBytes& write) : write_(write) {}

    void text(std::string_view text) {
        buffer_ += text;
        if (buffer_.size() >= kPiece) hand_over();
    }

    template <typename... Args>
    void format(fmt::format_string<Args...> form, Args&&... args) {
        fmt::format_to(std::back_inserter(buffer_), form, std::forward<Args>(args)...);
        if (buffer_.size() >= kPiece) hand_over();
    }

    Result<> finish() {
        hand_over();
        return written_;
    }

private:
    static constexpr std::size_t kPiece = std::size_t{1} << 16;

    void hand_over() {
        if (written_ && !buffer_.empty()) written_ = write_(as_bytes(buffer_));
        buffer_.clear();
    }

    const WriteBytes& write_;
    std::string buffer_;
    Result<> written_;
};

/// `text`, which must be UTF-8, as a JSON string with its quotes.
std::string json_string(std::string_view text);

}  // namespace pgoprof
