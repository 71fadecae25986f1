// What pgo-convert changes in a profile.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/pattern.h"
#include "cli/tool.h"
#include "pgo_convert/options.h"
#include "pgo_convert/renames.h"
#include "pgoprof/base/bytes.h"
#include "pgoprof/base/result.h"
#include "pgoprof/model/profile.h"
#include "pgoprof/transform/tidy.h"

namespace pgoprof::cli {

class Rewriting {
public:
    /// Judges all that can be judged without the profile, and reads what options name. Errors: usage, unreadable files,
    /// a key that is too short.
    static Result<Rewriting> prepare(const RewriteOptions& options);

    /// Rewrites in the order that --help gives, and says on stderr what came of it. A profile stays as it is, in every
    /// byte, where nothing is asked for. Errors: usage, sums that overflow.
    Result<Profile> apply(Profile profile, const Console& console) const;

private:
    explicit Rewriting(const RewriteOptions& options) : options_(options) {}

    Result<> read_key();
    Result<Selection> select(const Profile& profile, const Console& console) const;
    void filter(const Profile& profile, const std::optional<Pattern>& pattern, bool wanted, Selection& selection) const;
    Result<Profile> rename(Profile profile, const Console& console) const;
    Result<Profile> replace_names(const Profile& profile, const Console& console) const;

    RewriteOptions options_;
    std::optional<Pattern> focus_;
    std::optional<Pattern> ignore_;
    std::vector<PlannedRename> renames_;
    Buffer key_;
};

}  // namespace pgoprof::cli
