// What pgo-fetch is asked to do.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/merging.h"
#include "pgo_fetch/access_options.h"
#include "pgoprof/base/result.h"
#include "pgoprof/fetch/collector.h"
#include "pgoprof/fetch/manifest.h"
#include "pgoprof/fetch/source.h"

namespace pgoprof::cli {

/// As given; read when the tool runs. No message repeats a target: it may hold a password.
struct Options {
    std::vector<std::string> urls;
    std::vector<std::string> target_lists;  ///< files
    AccessOptions access;
    TargetOptions target;  ///< but for what `target_options` adds

    std::uint64_t rounds = 1;
    std::chrono::milliseconds every{0};
    std::string jitter;  ///< as given: a part of `every`, or a duration
    std::string sample;  ///< as given
    Sampling sampling;
    std::uint64_t parallel = 32;
    std::uint64_t retries = RetryPolicy{}.retries;
    double min_cores = 0;

    std::string output;     ///< empty: as `output_path` says
    std::string directory;  ///< empty: none
    MergingOptions merging;
    std::optional<MinSuccess> min_success;
    bool best_effort = false;
    std::string format = "text";

    /// Where the profile goes; empty: nowhere, since the directory is all that is wanted.
    std::string output_path() const { return output.empty() && directory.empty() ? "-" : output; }
};

/// Touches no file.
void declare_options(CLI::App& app, Options& options);

/// Options that make no sense together are a usage error, found out before any file is touched.
Result<> check_options(const Options& options);

/// Complete. Errors: usage; of the files that access options name.
Result<TargetOptions> target_options(const Options& options);

ManifestSettings manifest_settings(const Options& options, std::uint64_t seed);

CollectPlan collect_plan(const Options& options, std::uint64_t seed);

}  // namespace pgoprof::cli
