// What pgo-merge is asked to do.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/merging.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"
#include "pgoprof/input_source.h"

namespace pgoprof::cli {

struct Options {
    std::vector<std::string> paths;
    std::vector<InputFile> weighted;
    std::vector<std::string> lists;  ///< paths of files that list inputs
    bool recursive = false;
    bool framed = false;
    std::optional<Shard> shard;

    std::string output = "-";
    std::string summary;  ///< where to write it; empty: nowhere
    Limits limits;
    std::uint64_t threads = 1;
    std::optional<MinSuccess> min_success;
    MergingOptions merging;
};

/// Touches no file.
void declare_options(CLI::App& app, Options& options);

/// Options that make no sense together are a usage error, found out before any file is touched.
Result<> check_options(const Options& options);

}  // namespace pgoprof::cli
