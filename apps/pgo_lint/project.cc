#include "pgo_lint/project.h"

#include <optional>

#include "pgoprof/config/lint_config.h"
#include "pgoprof/io/source.h"

namespace pgoprof::cli {
namespace {

namespace fs = std::filesystem;

/// The real path of the folder that `path` names a file in; empty if there is no such folder.
fs::path folder_of(const std::string& path) {
    std::error_code missing;
    const fs::path parent = path == "-" ? fs::path() : fs::path(path).parent_path();
    return fs::canonical(parent.empty() ? "." : parent, missing);
}

/// Calls `visit` with the folder and those above it, until it is true or there are no more.
template <typename Visit>
void upwards(fs::path folder, const Visit& visit) {
    while (!folder.empty() && !visit(folder) && folder != folder.parent_path()) folder = folder.parent_path();
}

bool is_there(const fs::path& path) {
    std::error_code unknown;
    return fs::exists(path, unknown);
}

std::optional<fs::path> find_config(const fs::path& folder) {
    std::optional<fs::path> found;
    upwards(folder, [&](const fs::path& place) {
        if (is_there(place / kLintConfigName)) found = place / kLintConfigName;
        return found || is_there(place / ".git");
    });
    return found;
}

/// As short as people would write it.
std::string shown(const fs::path& path) {
    std::error_code unknown;
    const fs::path relative = path.lexically_relative(fs::current_path(unknown));
    return relative.empty() ? path.string() : relative.string();
}

}  // namespace

Result<LintSettings> ProjectSettings::settings_for(const std::string& path) {
    const auto config = find_config(folder_of(path));
    if (!config) return LintSettings{};
    if (const auto known = known_.find(*config); known != known_.end()) return known->second;
    auto settings = read(*config);
    if (settings) known_.emplace(*config, *settings);
    return settings;
}

Result<LintSettings> ProjectSettings::read(const fs::path& config) {
    Buffer text;
    const std::string name = shown(config);
    if (auto done = read_input(name, kLargestLintConfig, text); !done) return fail_in(name, done.error());
    return parse_lint_config(text.text(), name);
}

Repository::Repository() {
    const fs::path working_directory = folder_of("-");
    root_ = working_directory;
    upwards(working_directory, [this](const fs::path& place) {
        const bool found = is_there(place / ".git");
        if (found) root_ = place;
        return found;
    });
}

std::string Repository::path_of(const std::string& path) const {
    const fs::path folder = folder_of(path);
    if (path == "-" || folder.empty()) return input_name(path);
    const fs::path file = folder / fs::path(path).filename();
    const fs::path relative = file.lexically_relative(root_);
    return relative.empty() || *relative.begin() == ".." ? file.string() : relative.string();
}

}  // namespace pgoprof::cli
