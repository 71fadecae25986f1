// Which inputs pgo-merge reads, and what they are read from.
#pragma once

#include <memory>
#include <vector>

#include "cli/tool.h"
#include "pgo_merge/options.h"

namespace pgoprof::cli {

/// All files that the options name, list or have in their folders, in the order FILE, --weighted-input, --input-files.
/// `console` is told of what is left out.
Result<std::vector<InputFile>> find_files(const Options& options, const Console& console);

/// `files` must outlive the source.
std::unique_ptr<InputSource> open_source(const Options& options, const std::vector<InputFile>& files);

}  // namespace pgoprof::cli
