// go.mod and go.work, as far as they say which folders belong together.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pgoprof {

/// The first arguments of all directives `verb` ("use", "ignore"), alone or in a block, unquoted.
std::vector<std::string> module_directives(std::string_view text, std::string_view verb);

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
