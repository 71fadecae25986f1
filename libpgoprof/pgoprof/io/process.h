// Running another program.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/result.h"

namespace pgoprof {

struct ProcessRequest {
    std::vector<std::string>
        arguments;  ///< the program first, which PATH finds unless there is a slash in it; at least one
    std::vector<std::pair<std::string, std::string>> environment{};  ///< beside our own, before which it comes
    std::chrono::milliseconds timeout;                               ///< then it is killed
    std::uint64_t max_output_bytes;                                  ///< likewise
    std::function<void(std::string)> error_line{};                   ///< gets what it writes to stderr, line by line
};

/// Runs a program until it ends, its stdin empty; returns what it wrote to stdout. It keeps our process group, so that
/// Ctrl-C ends it, too. Errors (io_failure): it cannot be started, does not end in time, writes too much, ends with
/// another exit code than 0 or by a signal. They do not show its arguments.
Result<Buffer> run_process(const ProcessRequest& request);

}  // namespace pgoprof
