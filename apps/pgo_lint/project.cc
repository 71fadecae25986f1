#include "pgo_lint/project.h"

#include <fmt/format.h>

#include <system_error>

#include "pgoprof/config/lint_config.h"
#include "pgoprof/io/source.h"

namespace pgoprof::cli {
namespace {

namespace fs = std::filesystem;

/// The real path of the folder that `path` names a file in; the working directory's for stdin.
fs::path folder_of(const std::string& path, std::error_code& error) {
    const fs::path parent = path == "-" ? fs::path() : fs::path(path).parent_path();
    return fs::canonical(parent.empty() ? "." : parent, error);
}

/// Calls `visit` with the folder and those above it, until it is true or there are no more.
template <typename Visit>
void upwards(fs::path folder, const Visit& visit) {
    while (!folder.empty() && !visit(folder) && folder != folder.parent_path()) folder = folder.parent_path();
}

/// As short as people would write it.
std::string shown(const fs::path& path) {
    std::error_code unknown;
    const fs::path relative = path.lexically_relative(fs::current_path(unknown));
    return relative.empty() ? path.string() : relative.string();
}

/// Whether there is anything of this name, be it a symbolic link that leads nowhere: what cannot be told is an error,
/// since to take a configuration for missing would drop what it demands.
Result<bool> is_there(const fs::path& path) {
    std::error_code error;
    const fs::file_status status = fs::symlink_status(path, error);
    if (status.type() == fs::file_type::not_found) return false;
    if (error) return fail_in(shown(path), {.code = ErrorCode::io_failure, .message = error.message()});
    return true;
}

/// Empty if there is none.
Result<fs::path> find_config(const fs::path& folder) {
    Result<fs::path> found;
    upwards(folder, [&](const fs::path& place) {
        const auto config = is_there(place / kLintConfigName);
        const auto root = config && !*config ? is_there(place / ".git") : config;
        if (!root) found = fail(root.error());
        if (config && *config) found = place / kLintConfigName;
        return !root || *root;
    });
    return found;
}

/// As is_there: a folder that the process is in, but may not name, could have a configuration above it.
std::unexpected<Error> unknown_folder(const std::string& path, const std::error_code& error) {
    return fail_in(input_name(path), {.code = ErrorCode::io_failure,
                                      .message = fmt::format("whether a {} holds for it cannot be told: {}",
                                                             kLintConfigName, error.message())});
}

/// What is no regular file could block, or have no end.
Result<> check_regular(const fs::path& config) {
    std::error_code error;
    const fs::file_status status = fs::status(config, error);
    if (error) {
        return fail(ErrorCode::io_failure, "a symbolic link that cannot be followed: " + error.message());
    }
    if (!fs::is_regular_file(status)) return fail(ErrorCode::invalid_content, "is not a regular file");
    return {};
}

}  // namespace

Result<LintSettings> ProjectSettings::settings_for(const std::string& path) {
    std::error_code error;
    const fs::path folder = folder_of(path, error);
    const bool missing = error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
    if (missing && path != "-") return LintSettings{};  // nor is there a profile
    if (error) return unknown_folder(path, error);
    const auto config = find_config(folder);
    if (!config) return fail(config.error());
    if (config->empty()) return LintSettings{};
    if (const auto known = known_.find(*config); known != known_.end()) return known->second;
    auto settings = read(*config);
    if (settings) known_.emplace(*config, *settings);
    return settings;
}

Result<LintSettings> ProjectSettings::read(const fs::path& config) {
    Buffer text;
    const std::string name = shown(config);
    if (auto regular = check_regular(config); !regular) return fail_in(name, regular.error());
    if (auto done = read_input(name, kLargestLintConfig, text); !done) {
        if (done.error().code == ErrorCode::limit_exceeded) done.error().remedy.clear();  // no option raises this limit
        return fail_in(name, done.error());
    }
    return parse_lint_config(text.text(), name);
}

Repository::Repository() {
    std::error_code unknown;
    const fs::path working_directory = folder_of("-", unknown);
    root_ = working_directory;
    upwards(working_directory, [this](const fs::path& place) {
        const bool found = is_there(place / ".git").value_or(false);
        if (found) root_ = place;
        return found;
    });
}

std::string Repository::path_of(const std::string& path) const {
    std::error_code unknown;
    const fs::path folder = folder_of(path, unknown);
    if (path == "-" || folder.empty()) return input_name(path);
    const fs::path file = folder / fs::path(path).filename();
    const fs::path relative = file.lexically_relative(root_);
    return relative.empty() || *relative.begin() == ".." ? file.string() : relative.string();
}

}  // namespace pgoprof::cli
