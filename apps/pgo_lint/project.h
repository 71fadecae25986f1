// What surrounds the profiles: the repository, and its .pgo-lint.toml.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "pgoprof/base/result.h"
#include "pgoprof/config/lint_settings.h"

namespace pgoprof::cli {

/// The settings that hold for files: of the nearest .pgo-lint.toml in a file's folder or above it, up to the root of
/// its repository (the first folder with a .git), or else of the file system.
class ProjectSettings {
public:
    /// For stdin ("-") the working directory counts. Errors: a configuration that cannot be read or is at fault.
    Result<LintSettings> settings_for(const std::string& path);

private:
    Result<LintSettings> read(const std::filesystem::path& config);

    std::map<std::filesystem::path, LintSettings> known_;  ///< by configuration
};

/// The names that a code host has for files.
class Repository {
public:
    /// The one around the working directory; where there is none, that directory takes its place.
    Repository();

    /// `path` from the repository's root; absolute if it is outside, "<stdin>" for "-".
    std::string path_of(const std::string& path) const;

private:
    std::filesystem::path root_;
};

}  // namespace pgoprof::cli
