// Parca: the merge of what it has of a job.
#pragma once

#include <memory>
#include <string_view>

#include "pgoprof/base/result.h"
#include "pgoprof/fetch/source.h"

namespace pgoprof {

/// `text` is "parca+https://host[:port][/prefix]?query=[TYPE]{SELECTOR}", TYPE being process_cpu:cpu:nanoseconds:cpu:
/// nanoseconds:delta by default: what it scrapes from /debug/pprof/profile. Asks for the profiles in `options.range`,
/// of which the server makes one. Errors (usage): of StoreAddress.
Result<std::unique_ptr<Target>> make_parca(std::string_view text, const TargetOptions& options);

}  // namespace pgoprof
