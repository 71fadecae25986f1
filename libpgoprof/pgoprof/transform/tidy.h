// Choosing what of a profile to keep, and what it needs after it has been rewritten.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pgoprof/base/result.h"
#include "pgoprof/model/profile.h"

namespace pgoprof {

/// What of a profile is kept; by default all.
struct Selection {
    std::optional<std::size_t> sample_type{};              ///< position of the only one that stays
    std::optional<std::vector<bool>> samples{};            ///< whether each sample stays
    std::optional<std::vector<std::string>> label_keys{};  ///< of the labels that stay
};

/// What is selected of `profile`, with equal functions, locations and samples joined, in the order in which samples
/// come to them, and without those, and the strings, that nothing refers to any more. Mappings all stay. Where all
/// samples do, the compiler's call edges are the same. Errors: PGO126, if a sum does not fit in 64 bits.
Result<Profile> tidy(const Profile& profile, const Selection& selection = {});

/// The position of the sample type `name`: its type ("cpu"), or type and unit ("cpu/nanoseconds"). Errors: usage, if
/// there is none, or more than one; the message lists what there is.
Result<std::size_t> find_sample_type(const Profile& profile, std::string_view name);

/// Whether some frame of each sample's stack matches, by the function's name or file, or the mapping's file, as go tool
/// pprof -focus has it.
std::vector<bool> samples_matching(const Profile& profile, const std::function<bool(std::string_view)>& matches);

}  // namespace pgoprof
