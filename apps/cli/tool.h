// What all tools share: options, exit codes, messages.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/result.h"
#include "pgoprof/io/sink.h"

namespace pgoprof::cli {

/// The suite's exit codes. Where several apply, the highest wins.
enum class ExitCode : int {
    done = 0,
    no = 1,       ///< the answer is no: findings, durations differ, profile not used
    usage = 2,    ///< options or arguments make no sense
    content = 3,  ///< content that cannot be used
    io = 4,       ///< a missing or unreadable file, a failed write, the network
    partial = 5,  ///< only part succeeded, as much as was asked for
    bug = 70,
    interrupted = 130,
};

ExitCode exit_code(const Error& error);
ExitCode worst(ExitCode a, ExitCode b);

/// Messages on stderr, prefixed by the tool's name and escaped.
class Console {
public:
    explicit Console(std::string tool) : tool_(std::move(tool)) {}

    /// Prints the error and returns the exit code for it.
    ExitCode error(const Error& error) const;
    void warning(std::string_view message) const;
    void note(std::string_view message) const;

    /// Overwrites the progress line, or lines. Nothing is shown unless stderr is a terminal.
    void progress(std::string_view text) const;
    void progress(std::span<const std::string> lines) const;
    void end_progress() const;

private:
    void print(std::string_view kind, std::string_view message) const;

    std::string tool_;
    mutable std::size_t progress_lines_ = 0;  ///< on the terminal now
};

/// "a.pprof: truncated gzip stream (offset 81920)", escaped.
std::string describe(const Error& error);

struct ToolInfo {
    std::string name;      ///< "pgo-merge"
    std::string summary;   ///< one sentence
    std::string examples;  ///< shown at the end of --help
};

using Run = std::function<ExitCode(const Console&)>;

/// Declares options in `declare` (no file is touched there), parses, and calls what it returned. Handles --help,
/// --version, usage errors, and exceptions (exit 70).
int run_tool(int argc, char** argv, const ToolInfo& info, const std::function<Run(CLI::App&)>& declare);

/// Output::open, but refuses binary data to a terminal.
Result<Output> open_binary(const std::string& path);

/// write_output on the same terms.
Result<> write_binary(const std::string& path, ByteView data);

/// write_output, but text with names that are not fit for a terminal is refused to one.
Result<> write_verbatim(const std::string& path, std::string_view text);

/// Of the suite: "0.1.0".
std::string_view version();

/// Text results to stdout; failures (a full disk, a closed pipe) are errors.
Result<> write_text(std::string_view text);

}  // namespace pgoprof::cli
