// The main packages of a source tree and their default.pgo, as `go build -pgo=auto` finds them.
#pragma once

#include <string>
#include <vector>

#include "pgoprof/base/result.h"

namespace pgoprof {

/// Paths are relative to the folder asked about; sorted.
struct MainPackages {
    std::vector<std::string> profiles;         ///< each default.pgo that the go command would use: "cmd/x/default.pgo"
    std::vector<std::string> without_profile;  ///< folders of main packages that have none; "." is the one asked about
    std::vector<std::string> stray_profiles;   ///< each default.pgo in a folder without main package: Go ignores it
};

/// What is at and below `folder`, without need of Go. Folders are those of `go list ./...` (cmd/go/internal/search,
/// MatchDirs): not testdata, nor what begins with "_" or ".", nor what is below a folder "vendor", nor what symbolic
/// links to folders lead to, nor what go.mod ignores, nor nested modules, except for those that the go.work in force
/// uses. Where `folder` lies in no module and no go.work is in force, all modules below are entered. `gowork` is the
/// environment's GOWORK: a file, "off", or empty for the go.work found upwards.
///
/// A folder holds a main package if a file of `package main` is in it that is no test and that is built for some
/// operating system and architecture; -tags are taken as not given. Errors: what cannot be read, and a
/// go.work that the go command refuses.
Result<MainPackages> find_main_packages(const std::string& folder, const std::string& gowork = {});

}  // namespace pgoprof
