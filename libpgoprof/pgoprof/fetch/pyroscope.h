// Grafana Pyroscope: the merge of what it has of a service.
#pragma once

#include <memory>
#include <string_view>

#include "pgoprof/base/result.h"
#include "pgoprof/fetch/source.h"

namespace pgoprof {

/// `text` is "pyroscope+https://host[:port][/prefix]?query=[TYPE]{SELECTOR}[&tenant=NAME]", TYPE being
/// process_cpu:cpu:nanoseconds:cpu:nanoseconds by default. Asks for the profiles in `options.range`, of which the
/// server makes one a day. Errors (usage): of StoreAddress; a tenant that fits in no header.
Result<std::unique_ptr<Target>> make_pyroscope(std::string_view text, const TargetOptions& options);

}  // namespace pgoprof
