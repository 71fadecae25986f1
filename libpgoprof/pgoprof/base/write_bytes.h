// Where bytes go as they come.
#pragma once

#include <functional>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/result.h"

namespace pgoprof {

/// Takes the next bytes of an output.
using WriteBytes = std::function<Result<>(ByteView)>;

}  // namespace pgoprof
