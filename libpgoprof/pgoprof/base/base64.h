// Base64 (RFC 4648, section 4), as JSON carries bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pgoprof/base/bytes.h"

namespace pgoprof {

/// nullopt unless `text` is canonical: the standard alphabet, padded, no line breaks, and no bits beyond the last byte.
std::optional<Buffer> decode_base64(std::string_view text);

std::string encode_base64(ByteView bytes);

}  // namespace pgoprof
