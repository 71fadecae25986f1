// One run of pgo-merge.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/merging.h"
#include "cli/tool.h"
#include "pgo_merge/options.h"
#include "pgoprof/load_all.h"
#include "pgoprof/report/merge_report.h"

namespace pgoprof::cli {

/// Every input is looked at, so that all that is wrong is named at once.
class MergeRun {
public:
    MergeRun(const Options& options, const Console& console)
        : options_(options), console_(console), merging_(options.merging, static_cast<unsigned>(options.threads)) {}

    ExitCode run();

private:
    Result<> load(const std::vector<InputFile>& files);
    void visit(const LoadedInput& input, std::optional<std::size_t> total);
    Result<> add(const LoadedInput& input, MergeReport::Input& entry);
    Result<bool> is_counted(const StoredInput& input) const;
    void note_failure(Error error);
    void note_fatal(const Error& error);
    void take_fatal(const Error& error);
    void check_success();
    void check_input_durations();
    void note_dropped();
    void write();
    void write_summary();

    const Options& options_;
    const Console& console_;
    Merging merging_;
    MergeReport report_;                      ///< without inputs unless there is to be a summary
    std::map<Sha256, std::int64_t> counted_;  ///< in a shard: what was merged, and with which weight
    std::size_t seen_ = 0;
    std::size_t failed_ = 0;          ///< inputs
    bool fatal_ = false;              ///< there is no output
    ExitCode exit_ = ExitCode::done;  ///< the worst of all failures
};

}  // namespace pgoprof::cli
