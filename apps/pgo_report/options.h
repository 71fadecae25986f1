// pgo-report's options.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"
#include "pgoprof/lint/lint.h"

namespace pgoprof::cli {

struct Options {
    std::string file;
    std::string output = "-";
    std::string format = "text";

    // Which view; at most one is asked for. By edge if none is.
    std::string by = "edge";
    bool call_sites = false;
    std::optional<std::string> function;  ///< a pattern
    std::optional<std::string> base;      ///< a file

    std::optional<double> fail_below;  ///< from 0 to 1
    std::optional<std::uint64_t> top;
    bool all = false;
    double hot_percent = 99.0;
    GoVersion go_version = kNewestKnownGo;
    Limits limits;
};

void declare_options(CLI::App& app, Options& options);

/// Usage errors that no single option shows.
Result<> check_options(const Options& options);

}  // namespace pgoprof::cli
