// Renaming the functions of a profile.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pgoprof/base/result.h"
#include "pgoprof/model/profile.h"
#include "pgoprof/transform/rename_rule.h"

namespace pgoprof {

/// One step of renaming: a function's new name, or nothing.
struct RenameStep {
    std::string text;  ///< as the user gave it, for messages
    std::function<std::optional<std::string>(const NamedFunction& function)> apply;
};

/// Reads the rule as the kind that it can be, and where it can be both, as the one that matches functions of
/// `profile`. A usage error if both do.
Result<RenameStep> rename_step(const RenameRule& rule, const Profile& profile);

/// What one step did.
struct RenameEffect {
    std::string text;
    std::size_t functions = 0;     ///< names that it changed
    std::int64_t edge_weight = 0;  ///< of the compiler's call edges whose caller or callee it renamed
};

struct RenameReport {
    std::vector<RenameEffect> effects;  ///< of each step
    std::int64_t total_weight = 0;      ///< of all edges; 0 where the compiler would make none of the profile
    std::vector<std::string> joined;    ///< new names that several functions have got, sorted
    std::string emptied{};              ///< a function that was left without a name; empty if none was
};

/// Applies the steps one after the other, each to what the ones before it made. Names and system names change; equal
/// functions are left for `tidy` to join.
RenameReport rename_functions(Profile& profile, std::span<const RenameStep> steps);

}  // namespace pgoprof
