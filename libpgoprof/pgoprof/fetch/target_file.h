// Lists of targets: one a line, or as Prometheus discovers them from files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pgoprof/base/result.h"

namespace pgoprof {

struct ListedTarget {
    std::string text;   ///< for make_target; may hold a password
    std::string where;  ///< "targets.txt, line 3"
};

/// `text` is what `name` holds: one target a line, without blanks around it, where a "#" that begins the line or
/// follows a blank begins a comment; or JSON of Prometheus's file_sd_config: a list of {"targets":
/// ["HOST:PORT", ...], "labels": {...}}, of whose labels __scheme__ and __metrics_path__ count, the latter for the
/// whole path. Errors: invalid_content for JSON of another shape, limit_exceeded.
Result<std::vector<ListedTarget>> parse_target_list(std::string_view text, const std::string& name);

/// The same from the file at `path`, "-" for stdin. Errors: those of read_input, too.
Result<std::vector<ListedTarget>> read_target_list(const std::string& path);

}  // namespace pgoprof
