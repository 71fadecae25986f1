// What pgo-lint is asked to do.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"
#include "pgoprof/config/lint_settings.h"

namespace pgoprof::cli {

struct Options {
    std::vector<std::string> files;
    std::string format = "text";
    std::string output = "-";
    LintSettings settings;  ///< said on the command line: they win over .pgo-lint.toml
    bool list_rules = false;
    const LintRule* explain = nullptr;
    Limits limits;
};

void declare_options(CLI::App& app, Options& options);

/// What each option on its own cannot tell: whether they make sense together.
Result<> check_options(const Options& options);

}  // namespace pgoprof::cli
