// A run of pgo-lint.
#pragma once

#include <string>
#include <vector>

#include "cli/tool.h"
#include "pgo_lint/options.h"
#include "pgo_lint/project.h"
#include "pgoprof/load.h"
#include "pgoprof/report/lint_report.h"

namespace pgoprof::cli {

class LintRun {
public:
    LintRun(const Options& options, const Console& console)
        : options_(options), console_(console), loader_(options.limits, Validation::skip, Samples::in_batches) {}

    ExitCode run();

private:
    Result<> find_files();
    Result<> find_settings();
    FileFindings judge(const std::string& path, const LintSettings& settings);
    std::vector<Finding> findings(const Result<Loader::Content>& content, LintOptions options);
    std::string report();
    void write(const std::string& text);
    void note_error(const Error& error) { exit_ = worst(exit_, console_.error(error)); }

    const Options& options_;
    const Console& console_;
    Loader loader_;
    std::vector<std::string> files_;
    std::vector<LintSettings> settings_;  ///< of each file
    std::vector<FileFindings> results_;
    ExitCode exit_ = ExitCode::done;
};

}  // namespace pgoprof::cli
