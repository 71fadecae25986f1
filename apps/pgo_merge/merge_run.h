// One run of pgo-merge.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/tool.h"
#include "pgo_merge/options.h"
#include "pgoprof/load_all.h"
#include "pgoprof/transform/durations.h"
#include "pgoprof/transform/merge.h"

namespace pgoprof::cli {

/// Every input is looked at, so that all that is wrong is named at once.
class MergeRun {
public:
    MergeRun(const Options& options, const Console& console)
        : options_(options), console_(console), merger_(options.merge) {}

    ExitCode run();

private:
    Result<> load(const std::vector<InputFile>& files);
    void visit(const LoadedInput& input, std::optional<std::size_t> total);
    Result<> add(const LoadedInput& input);
    Result<bool> is_counted(const StoredInput& input) const;
    void note_failure(Error error);
    void check_input_durations();
    ExitCode write();
    Result<> write_profile(const StreamedProfile& merged) const;

    const Options& options_;
    const Console& console_;
    Merger merger_;
    std::vector<InputDuration> inputs_;
    std::map<Sha256, std::int64_t> counted_;  ///< in a shard: what was merged, and with which weight
    std::size_t seen_ = 0;
    ExitCode exit_ = ExitCode::done;
};

}  // namespace pgoprof::cli
