// What a process needs of the system to talk to many servers at once.
#pragma once

#include <cstddef>

#include "pgoprof/base/result.h"

namespace pgoprof::cli {

/// Ignores SIGPIPE, since a connection that breaks is an answer like others, and lets so many transfers be under way at
/// once: raises the limit on open files as far as the system allows. Errors (usage): it does not allow enough.
Result<> prepare_process(std::size_t parallel);

}  // namespace pgoprof::cli
