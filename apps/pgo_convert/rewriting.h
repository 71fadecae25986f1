// What pgo-convert changes in a profile.
#pragma once

#include "cli/tool.h"
#include "pgo_convert/options.h"
#include "pgoprof/base/result.h"
#include "pgoprof/model/profile.h"

namespace pgoprof::cli {

/// Rewrites as `options` say, in the order that --help gives, and says on stderr what came of it. The profile stays as
/// it is, in every byte, where nothing is asked for. Errors: usage, unreadable files, sums that overflow.
Result<Profile> rewrite(Profile profile, const RewriteOptions& options, const Console& console);

}  // namespace pgoprof::cli
