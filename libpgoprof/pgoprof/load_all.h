// Many inputs, decoded on several threads, handed over one after the other.
#pragma once

#include <functional>

#include "pgoprof/input_source.h"
#include "pgoprof/load.h"

namespace pgoprof {

struct LoadedInput {
    const StoredInput& stored;
    Result<const RawProfile*> profile;
};

/// Called once for each input, in their order and never twice at a time, but on any of the threads. What it is given is
/// valid until it returns.
using VisitInput = std::function<void(const LoadedInput& input)>;

/// `load_profile`, with `samples` whole or their ends, for each input of `source` that is this run's, on `threads`
/// threads, of which the calling one is one. Never more than `threads` + 1 inputs are in memory at a time, and one with
/// one thread. Errors: the source's own, after every input before it was visited.
Result<> load_all(InputSource& source, const Limits& limits, unsigned threads, const VisitInput& visit,
                  Samples samples = Samples::whole);

}  // namespace pgoprof
