// go.mod and go.work, as far as they say which folders belong together.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgoprof {

/// The first arguments of all directives `verb` ("use", "ignore"), alone or in a block, unquoted.
std::vector<std::string> module_directives(std::string_view text, std::string_view verb);

struct WorkspaceFault {
    std::size_t line = 0;  ///< from 1
    std::string message;   ///< in the words of the go command
};

/// The first thing for which the go command refuses the go.work `text`: directives and blocks that Go 1.26 does not
/// know, a block that is not closed, a `use` of anything but one folder. Versions and replacements are not looked at.
std::optional<WorkspaceFault> find_workspace_fault(std::string_view text);

/// The folders that a go.mod says to ignore: "x" anywhere in the module, "./x" at its root; each with all below it
/// (cmd/go/internal/search, IgnorePatterns).
class IgnoredFolders {
public:
    IgnoredFolders() = default;
    explicit IgnoredFolders(const std::vector<std::string>& patterns);

    /// `folder` is relative to the module's root, with slashes.
    bool contains(std::string_view folder) const;

private:
    std::vector<std::string> at_root_;
    std::vector<std::string> anywhere_;
};

}  // namespace pgoprof
