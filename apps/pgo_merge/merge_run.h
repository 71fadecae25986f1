// One run of pgo-merge.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/tool.h"
#include "pgo_merge/options.h"
#include "pgoprof/load_all.h"
#include "pgoprof/report/merge_report.h"
#include "pgoprof/transform/durations.h"
#include "pgoprof/transform/merge.h"
#include "pgoprof/transform/mixture.h"

namespace pgoprof::cli {

/// Every input is looked at, so that all that is wrong is named at once.
class MergeRun {
public:
    MergeRun(const Options& options, const Console& console)
        : options_(options),
          console_(console),
          scales_(options.durations == "scale"),
          merger_(merge_options()),
          mixture_(merge_options().kept_labels) {}

    ExitCode run();

private:
    MergeOptions merge_options() const;
    Result<> load(const std::vector<InputFile>& files);
    void visit(const LoadedInput& input, std::optional<std::size_t> total);
    Result<> add(const LoadedInput& input, MergeReport::Input& entry);
    Result<std::int64_t> factor(const InputDuration& input, std::int64_t weight) const;
    Result<bool> is_counted(const StoredInput& input) const;
    void note_failure(Error error);
    void note_fatal(const Error& error);
    void check_success();
    void check_input_durations();
    void note_dropped();
    void write();
    Result<> write_profile(const StreamedProfile& merged) const;
    void write_summary();

    const Options& options_;
    const Console& console_;
    bool scales_;
    Merger merger_;
    Mixture mixture_;
    MergeReport report_;  ///< without inputs unless there is to be a summary
    std::vector<InputDuration> inputs_;
    std::map<Sha256, std::int64_t> counted_;  ///< in a shard: what was merged, and with which weight
    std::size_t seen_ = 0;
    std::size_t failed_ = 0;          ///< inputs
    bool fatal_ = false;              ///< there is no output
    ExitCode exit_ = ExitCode::done;  ///< the worst of all failures
};

}  // namespace pgoprof::cli
