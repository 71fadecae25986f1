// The files in a ZIP archive, in memory.
#pragma once

#include <vector>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"

namespace pgoprof {

/// All files of an archive, in its order; their names are of no interest. Every file is charged to `budget` before it
/// is inflated, by what the archive says of its size, and is refused if it turns out to be larger. Errors
/// (invalid_content): no ZIP archive, a damaged or an encrypted file; (limit_exceeded): more files, or larger ones,
/// than there can be.
Result<std::vector<Buffer>> unzip(ByteView archive, Budget& budget);

}  // namespace pgoprof
