// What `go version -m` reads: the Go version and the settings of the build.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "pgoprof/binary/elf_file.h"
#include "pgoprof/binary/go_binary.h"

namespace pgoprof {

/// Views of the file, or of `unquoted`.
struct BuildInfo {
    std::string_view go_version;  ///< "go1.26.8"; empty where unknown
    std::vector<BuildSetting> settings;
    std::deque<std::string> unquoted;
};

/// As Go 1.18 and later write it (debug/buildinfo); empty where there is none.
BuildInfo read_build_info(const ElfFile& elf);

}  // namespace pgoprof
