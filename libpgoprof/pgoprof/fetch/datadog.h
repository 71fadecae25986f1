// Datadog's continuous profiler, as datadog-pgo asks it: https://github.com/DataDog/datadog-pgo
#pragma once

#include <memory>
#include <string_view>

#include "pgoprof/base/result.h"
#include "pgoprof/fetch/source.h"

namespace pgoprof {

/// "datadog:QUERY", or several queries between semicolons: of each, the `options.profiles` (5) that used most CPU
/// within `options.range`. DD_API_KEY, DD_APP_KEY and DD_SITE come from `options.environment`; of `options.access`,
/// only whom to trust is used. Errors (usage): no query, a key is missing, DD_SITE is no host.
Result<std::unique_ptr<Target>> make_datadog(std::string_view text, const TargetOptions& options);

}  // namespace pgoprof
