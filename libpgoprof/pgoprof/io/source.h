// Reading whole inputs.
#pragma once

#include <string>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/result.h"

namespace pgoprof {

/// What messages call `path`: "<stdin>" for "-", and a pair of quotes for an empty one.
std::string input_name(const std::string& path);

/// Replaces `out` by the content of the file, or of stdin if `path` is "-". Errors: io_failure for what cannot be
/// opened or read (a directory is named as such), limit_exceeded beyond `max_bytes`, found out before that much is
/// allocated.
Result<> read_input(const std::string& path, std::uint64_t max_bytes, Buffer& out);

}  // namespace pgoprof
