// Writing whole outputs, or nothing.
#pragma once

#include <string>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/result.h"

namespace pgoprof {

/// Writes `data` to `path`, or to stdout if that is "-". A regular (or new) file is replaced atomically: a temporary in
/// the same directory, fsync, rename, fsync of the directory; at any failure or kill the old file stays as it was and
/// the temporary is removed (if we still run). Symbolic links are followed, an existing file's mode is kept, a new
/// one's is 0666 less the umask. What is not a regular file (a pipe, /dev/null) is written directly.
Result<> write_output(const std::string& path, ByteView data);

}  // namespace pgoprof
