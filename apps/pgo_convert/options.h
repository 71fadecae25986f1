// What pgo-convert is asked to do.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pgoprof/base/result.h"
#include "pgoprof/codec/export.h"
#include "pgoprof/import.h"

namespace pgoprof::cli {

/// One of the options that rename, as given.
struct RenameOption {
    enum class Kind : std::uint8_t { rule, file, regex };
    Kind kind;
    std::string value;
};

struct RewriteOptions {
    std::optional<std::string> sample_type;
    std::optional<std::string> focus;  ///< patterns
    std::optional<std::string> ignore;
    std::vector<RenameOption> renames;   ///< in their order
    std::vector<std::string> no_inline;  ///< functions, or "stack-growth"
    bool drop_labels = false;
    std::optional<std::vector<std::string>> keep_labels;  ///< by their keys
    bool anonymize = false;
    std::string key_file;  ///< empty: a random key
};

struct Options {
    std::string file;
    std::string output = "-";
    OutputFormat to = OutputFormat::pprof;
    ImportOptions import;
    RewriteOptions rewrite;
};

/// Touches no file.
void declare_options(CLI::App& app, Options& options);

/// Usage errors that no single option shows.
Result<> check_options(const Options& options);

}  // namespace pgoprof::cli
