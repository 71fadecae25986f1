// pgo-fetch: collect a CPU profile from a running Go server.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "cli/tool.h"
#include "pgo_fetch/access_options.h"
#include "pgo_fetch/backend_options.h"
#include "pgo_fetch/process.h"
#include "pgoprof/base/text.h"
#include "pgoprof/fetch/pprof_server.h"
#include "pgoprof/fetch/source.h"

namespace pgoprof::cli {
namespace {

using std::chrono::seconds;

const ToolInfo kInfo{
    .name = "pgo-fetch",
    .summary = "Collect a CPU profile from a running Go server.",
    .examples = R"(  pgo-fetch localhost:6060 -o cpu.pprof
      30 seconds of profile from /debug/pprof/profile
  pgo-fetch https://user:password@example.com/debug/pprof/profile --seconds 60 -o cpu.pprof
  pgo-fetch localhost:6060 --seconds 5 | pgo-report -

The server must import _ "net/http/pprof". Collect while it is under its usual load: the Go
compiler optimizes for what the profile shows. Nothing is written unless the profile is whole.
)",
};

volatile std::sig_atomic_t interrupted = 0;

/// The first Ctrl-C ends the transfer in an orderly way, a second one the process.
void watch_interrupts() {
    struct sigaction action = {};
    action.sa_handler = [](int) { interrupted = 1; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, nullptr);
}

/// As given; read when the tool runs. No message repeats an argument: it may hold a password.
struct Options {
    std::vector<std::string> urls;
    std::string seconds;
    std::string timeout;
    std::string output = "-";
    AccessOptions access;
    TargetOptions target;
};

Result<std::optional<seconds>> parse_option(const char* option, const std::string& text) {
    if (text.empty()) return std::nullopt;
    if (const auto value = parse_capture_seconds(text)) return value;
    return fail(ErrorCode::usage, fmt::format("{} must be an integer from 1 to {}", option, kLongestCapture.count()));
}

std::optional<std::string> environment(std::string_view name) {
    const char* const value = std::getenv(std::string(name).c_str());
    return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>(value);
}

Result<TargetOptions> parse_target_options(const Options& options) {
    const auto length = parse_option("--seconds", options.seconds);
    if (!length) return fail(length.error());
    const auto timeout = parse_option("--timeout", options.timeout);
    if (!timeout) return fail(timeout.error());
    auto access = make_access(options.access, environment);
    if (!access) return fail(access.error());
    TargetOptions target = options.target;
    target.seconds = *length;
    target.timeout = timeout->value_or(seconds{0});
    target.access = *std::move(access);
    target.environment = environment;
    return target;
}

Result<Source> parse_source(const Options& options, const TargetOptions& target_options) {
    if (options.urls.size() != 1) return fail(ErrorCode::usage, "one URL is needed, and one at a time");
    const auto target = make_target(options.urls.front(), target_options);
    if (!target) return fail(target.error());
    const auto transfers = make_http_transfers();
    auto sources = (*target)->sources(
        [&](HttpRequest request) { return perform(*transfers, std::move(request), [] { return interrupted == 0; }); });
    if (!sources) return fail(sources.error());
    Source source = std::move(sources->front());
    if (target_options.timeout.count() != 0 && target_options.timeout <= source.seconds) {
        return fail(ErrorCode::usage,
                    fmt::format("--timeout must be longer than the capture's {}s", source.seconds.count()));
    }
    return source;
}

/// What would fail after the capture anyway.
Result<> check_output(const std::string& path) {
    if (path == "-") {
        if (isatty(STDOUT_FILENO) == 0) return {};
        return fail(ErrorCode::usage, "a profile is binary, and stdout is a terminal",
                    "name a file with -o, or pipe it to another tool");
    }
    const auto folder = std::filesystem::path(path).parent_path();
    std::error_code error;
    if (folder.empty() || std::filesystem::is_directory(folder, error)) return {};
    return fail_in(path, {.code = ErrorCode::io_failure, .message = "no such directory"});
}

KeepGoing show_progress(const Console& console, const Source& source) {
    const auto end = std::chrono::steady_clock::now() + source.seconds;
    return [&console, &source, end] {
        const auto left = std::chrono::ceil<seconds>(end - std::chrono::steady_clock::now());
        console.progress(left.count() > 0 ? fmt::format("{}: {}s left", source.name, left.count())
                                          : fmt::format("{}: waiting for the profile", source.name));
        return interrupted == 0;
    };
}

void summarize(const Console& console, const CaptureFigures& capture) {
    if (capture.samples == 0) {
        console.warning("the profile has no samples: the server was idle, and go build would ignore it");
        return;
    }
    console.note(fmt::format("{} captured: {} sample{}, {:.2f} CPUs busy", format_duration(capture.duration_nanos),
                             capture.samples, capture.samples == 1 ? "" : "s", capture.cores()));
}

ExchangeOutcome fetch(const Source& source, const KeepGoing& keep_going) {
    constexpr std::chrono::milliseconds kPatience{200};
    const auto transfers = make_http_transfers();
    std::optional<ExchangeOutcome> result;
    converse(*transfers, source.ask(), [&](ExchangeOutcome outcome) { result = std::move(outcome); });
    while (!result) {
        if (keep_going()) {
            transfers->advance(kPatience);
        } else {
            transfers->cancel_all();
        }
    }
    return *std::move(result);
}

ExitCode fail_at(const Source& source, const CaptureFailure& failure, const Console& console) {
    Error error = failure.error;
    if (error.input.empty()) error.input = source.name;
    return console.error(error);
}

ExitCode run(const Options& options, const Console& console) {
    const auto target_options = parse_target_options(options);
    if (!target_options) return console.error(target_options.error());
    const auto source = parse_source(options, *target_options);
    if (!source) return console.error(source.error());
    if (const auto output = check_output(options.output); !output) return console.error(output.error());

    warn_of_access(options.access, console);
    if (const auto ready = prepare_process(1); !ready) return console.error(ready.error());
    watch_interrupts();
    const auto bodies = fetch(*source, show_progress(console, *source));
    console.end_progress();
    if (!bodies) return fail_at(*source, bodies.error(), console);
    const ProfileBody& body = bodies->front();
    Loader loader(options.target.limits);
    const auto captured = read_capture(loader, body);
    if (!captured) return fail_at(*source, captured.error(), console);
    if (const auto written = write_binary(options.output, body.bytes.view()); !written) {
        return console.error(written.error());
    }
    summarize(console, captured->figures);
    return ExitCode::done;
}

Run declare(CLI::App& app) {
    auto options = std::make_shared<Options>();
    app.add_option("URL", options->urls, "The server: host:port, or a URL with or without a path")
        ->required()
        ->type_name("");
    app.add_option("--seconds", options->seconds, "Length of the capture in seconds [30]")->type_name("N");
    app.add_option("--timeout", options->timeout, "Give up after so many seconds [those of the capture + 30]")
        ->type_name("N");
    add_output_option(app, options->output);
    app.add_flag("--all-addresses", options->target.all_addresses, "Ask every address that the host's name has");
    declare_access_options(app, options->access);
    add_limits_option(app, options->target.limits);
    app.get_option("--max-input-size")->description("Refuse a profile of more than SIZE bytes [64m]");
    declare_backend_options(app, options->target);
    return [options](const Console& console) { return run(*options, console); };
}

}  // namespace
}  // namespace pgoprof::cli

int main(int argc, char** argv) {
    return pgoprof::cli::run_tool(argc, argv, pgoprof::cli::kInfo, pgoprof::cli::declare);
}
