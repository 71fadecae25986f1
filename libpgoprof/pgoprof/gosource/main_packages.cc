#include "pgoprof/gosource/main_packages.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "pgoprof/gosource/module_file.h"
#include "pgoprof/gosource/source_header.h"
#include "pgoprof/io/source.h"

namespace pgoprof {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLargestSource = 256 << 20;  // bytes

Result<std::string> read_text(const fs::path& path) {
    Buffer content;
    if (auto read = read_input(path.string(), kLargestSource, content); !read) return fail(read.error());
    return std::string(as_text(content.view()));
}

bool is_file(const fs::path& path) {
    std::error_code missing;
    return fs::is_regular_file(path, missing);
}

/// The nearest file of this name in `folder` or above it.
std::optional<fs::path> find_upwards(fs::path folder, const char* name) {
    for (;; folder = folder.parent_path()) {
        if (is_file(folder / name)) return folder / name;
        if (folder == folder.parent_path()) return std::nullopt;
    }
}

/// What is in one folder, sorted.
struct Folder {
    std::vector<std::string> folders;
    std::vector<std::string> sources;  ///< that a build may use
    bool has_profile = false;
};

bool is_source(const std::string& name) {
    return name.ends_with(".go") && !name.ends_with("_test.go") && name[0] != '_' && name[0] != '.';
}

Result<Folder> list(const fs::path& path) {
    Folder found;
    std::error_code error;
    auto entry = fs::directory_iterator(path, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
        std::error_code gone;
        std::string name = entry->path().filename().string();
        // The go command asks whether default.pgo exists, not what it is: a build ends at one that is a folder.
        if (name == "default.pgo") found.has_profile = entry->exists(gone);
        if (entry->symlink_status(gone).type() == fs::file_type::directory) {
            found.folders.push_back(std::move(name));
        } else if (is_source(name) && entry->is_regular_file(gone)) {
            found.sources.push_back(std::move(name));
        }
    }
    if (error) return fail_in(path.string(), {.code = ErrorCode::io_failure, .message = error.message()});
    std::ranges::sort(found.folders);
    std::ranges::sort(found.sources);
    return found;
}

Result<bool> has_main_package(const fs::path& path, const Folder& folder) {
    for (const std::string& name : folder.sources) {
        const auto source = read_text(path / name);
        if (!source) return fail(source.error());
        const SourceHeader header = read_source_header(*source);
        if (header.built != Built::never && header.package == "main") return true;
        // All files that are built together are of one package. An underscore may tie a file to one system.
        const bool everywhere = header.built == Built::always && name.find('_') == name.npos;
        if (everywhere && !header.package.empty()) return false;
    }
    return false;
}

enum class NestedModules : std::uint8_t { skip, enter };

class Search {
public:
    explicit Search(fs::path start) : start_(std::move(start)) {}

    /// `folder` and what is below it, of the module at `module`.
    Result<> walk(const fs::path& folder, const fs::path& module, NestedModules nested) {
        std::vector<std::string> ignored;
        if (is_file(module / "go.mod")) {
            const auto text = read_text(module / "go.mod");
            if (!text) return fail(text.error());
            ignored = module_directives(*text, "ignore");
        }
        return visit(folder, {module, IgnoredFolders(ignored), nested});
    }

    MainPackages take() && {
        for (auto* paths : {&found_.profiles, &found_.without_profile, &found_.stray_profiles}) {
            std::ranges::sort(*paths);
            const auto repeated = std::ranges::unique(*paths);
            paths->erase(repeated.begin(), repeated.end());
        }
        return std::move(found_);
    }

private:
    struct Module {
        fs::path root;
        IgnoredFolders ignored;
        NestedModules nested;
    };

    Result<> visit(const fs::path& path, const Module& module) {
        const auto folder = list(path);
        if (!folder) return fail(folder.error());
        if (auto noted = note(path, *folder); !noted) return noted;
        if (path != module.root && path.filename() == "vendor") return {};
        for (const std::string& name : folder->folders) {
            if (name[0] == '.' || name[0] == '_' || name == "testdata") continue;
            const fs::path below = path / name;
            if (module.ignored.contains(below.lexically_relative(module.root).string())) continue;
            const bool nested = is_file(below / "go.mod");
            if (nested && module.nested == NestedModules::skip) continue;
            auto visited = nested ? walk(below, below, NestedModules::enter) : visit(below, module);
            if (!visited) return visited;
        }
        return {};
    }

    Result<> note(const fs::path& path, const Folder& folder) {
        const auto main = has_main_package(path, folder);
        if (!main) return fail(main.error());
        const fs::path relative = path.lexically_relative(start_);
        const std::string profile = (relative / "default.pgo").lexically_normal().string();
        if (*main && folder.has_profile) found_.profiles.push_back(profile);
        if (*main && !folder.has_profile) found_.without_profile.push_back(relative.string());
        if (!*main && folder.has_profile) found_.stray_profiles.push_back(profile);
        return {};
    }

    fs::path start_;
    MainPackages found_;
};

std::optional<fs::path> find_workspace(const fs::path& start, const std::string& gowork) {
    if (gowork == "off") return std::nullopt;
    return gowork.empty() ? find_upwards(start, "go.work") : std::optional<fs::path>(gowork);
}

bool is_below(const fs::path& path, const fs::path& folder) {
    const auto end = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first;
    return end == folder.end() && path != folder;
}

/// The modules below `start` that the go.work file uses.
Result<std::vector<fs::path>> used_modules(const fs::path& workspace, const fs::path& start) {
    const auto text = read_text(workspace);
    if (!text) return fail(text.error());
    if (auto fault = find_workspace_fault(*text)) {
        return fail_in(workspace.string() + ":" + std::to_string(fault->line),
                       {.code = ErrorCode::io_failure, .message = std::move(fault->message)});
    }
    std::vector<fs::path> modules;
    for (const std::string& use : module_directives(*text, "use")) {
        std::error_code missing;
        const fs::path module = fs::canonical(workspace.parent_path() / use, missing);
        if (!missing && is_below(module, start) && is_file(module / "go.mod")) modules.push_back(module);
    }
    return modules;
}

}  // namespace

Result<MainPackages> find_main_packages(const std::string& folder, const std::string& gowork) {
    std::error_code error;
    const fs::path start = fs::canonical(folder, error);
    if (error) return fail_in(folder, {.code = ErrorCode::io_failure, .message = error.message()});
    Search search(start);
    const auto workspace = find_workspace(start, gowork);
    const auto module_file = find_upwards(start, "go.mod");
    if (module_file) {
        auto walked = search.walk(start, module_file->parent_path(), NestedModules::skip);
        if (!walked) return fail(walked.error());
    } else if (!workspace) {
        auto walked = search.walk(start, start, NestedModules::enter);
        if (!walked) return fail(walked.error());
    }
    if (workspace) {
        const auto modules = used_modules(*workspace, start);
        if (!modules) return fail(modules.error());
        for (const fs::path& module : *modules) {
            auto walked = search.walk(module, module, NestedModules::skip);
            if (!walked) return fail(walked.error());
        }
    }
    return std::move(search).take();
}

}  // namespace pgoprof
