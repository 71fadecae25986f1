// The renames that a user asks for.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pgo_convert/options.h"
#include "pgoprof/base/result.h"
#include "pgoprof/transform/rename.h"

namespace pgoprof::cli {

/// A rename whose meaning the profile may yet have to decide.
using PlannedRename = std::function<Result<RenameStep>(const Profile& profile)>;

/// Parses rules and expressions, and reads files of rules. Errors: usage; unreadable files.
Result<std::vector<PlannedRename>> plan_renames(const RewriteOptions& options);

}  // namespace pgoprof::cli
