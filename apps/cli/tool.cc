#include "cli/tool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <memory>
#include <span>

#include "cli/version_info.h"
#include "pgoprof/base/text.h"
#include "pgoprof/io/sink.h"

namespace pgoprof::cli {
namespace {

constexpr std::string_view kExitCodes =
    "Exit codes: 0 done; 1 the answer is no; 2 usage; 3 content that cannot be used; 4 a file, write or\n"
    "network failure; 5 only part succeeded; 70 a bug; 130 interrupted.";

/// escape_line, but a backslash, which may be the user's own, stays: nobody takes the escapes of messages back.
std::string escape_message(std::string_view text) {
    std::string escaped;
    for (;;) {
        const std::size_t backslash = text.find('\\');
        escaped += escape_line(text.substr(0, backslash));
        if (backslash == text.npos) return escaped;
        escaped += '\\';
        text.remove_prefix(backslash + 1);
    }
}

std::string version_text(const ToolInfo& info) {
    return fmt::format("{} {} (commit {})", info.name, PGOPROF_VERSION, PGOPROF_COMMIT);
}

/// Option help without CLI11's notes on validators: "--top N", not "--top N:NONNEGATIVE Excludes: --all".
class PlainFormatter : public CLI::Formatter {
    std::string make_option_opts(const CLI::Option* option) const override {
        if (option->get_positional() || option->get_type_size() == 0) return {};
        const std::string type = option->get_type_name();
        return " " + type.substr(0, type.find(':'));
    }
};

/// CLI11 takes the argument after an empty "--output=" for its value: an input would be overwritten.
Result<> refuse_empty_values(std::span<char*> arguments) {
    for (const std::string_view argument : arguments) {
        if (argument == "--") break;
        const bool option = argument.starts_with("--") || (argument.starts_with("-") && argument.size() == 3);
        if (!option || !argument.ends_with('=')) continue;
        return fail(ErrorCode::usage, fmt::format("{} needs a value", argument.substr(0, argument.size() - 1)));
    }
    return {};
}

/// What was wrong with the arguments, in our words where CLI11's are about its insides, or would repeat a secret.
std::string usage_message(const CLI::App& app, const CLI::ParseError& error) {
    std::string text = error.what();
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
        const std::string option = text.substr(0, text.find(':'));
        return option + (text.ends_with("missing") ? " needs a value" : " is given more than once");
    }
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
        const std::string extra = app.remaining().front();
        return extra.starts_with('-') ? "unknown option " + extra.substr(0, extra.find('='))
                                      : "unexpected argument " + extra;
    }
    return text;
}

/// CLI11's own exit codes are many; ours has one for usage. --help and --version come this way, too.
ExitCode end_of_parsing(const CLI::App& app, const ToolInfo& info, const Console& console,
                        const CLI::ParseError& error) {
    const bool version = dynamic_cast<const CLI::CallForVersion*>(&error) != nullptr;
    if (error.get_exit_code() != 0) {
        return console.error({.code = ErrorCode::usage, .message = usage_message(app, error), .remedy = "try --help"});
    }
    const auto written = write_text(version ? version_text(info) + "\n" : app.help());
    return written ? ExitCode::done : console.error(written.error());
}

ExitCode parse_and_run(int argc, char** argv, const ToolInfo& info, const std::function<Run(CLI::App&)>& declare,
                       const Console& console) {
    if (const auto sound = refuse_empty_values({argv, static_cast<std::size_t>(argc)}); !sound) {
        return console.error(sound.error());
    }
    CLI::App app(info.summary, info.name);
    app.formatter(std::make_shared<PlainFormatter>());
    app.get_formatter()->column_width(32);
    app.set_version_flag("--version", version_text(info));
    app.footer(fmt::format("Examples:\n{}\n{}", info.examples, kExitCodes));
    const Run run = declare(app);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return end_of_parsing(app, info, console, error);
    }
    return run(console);
}

/// Columns; many if nobody knows.
std::size_t terminal_width() {
    winsize size{};
    const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col != 0;
    return known ? size.ws_col : 1000;
}

/// As much of a line of UTF-8 as surely fits, so that it stays one line, which can be overwritten.
std::string_view beginning(std::string_view line, std::size_t width) {
    std::size_t end = std::min(line.size(), width - 1);
    while (end != 0 && end != line.size() && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) --end;
    return line.substr(0, end);
}

}  // namespace

ExitCode exit_code(const Error& error) {
    switch (error.code) {
        case ErrorCode::usage:
            return ExitCode::usage;
        case ErrorCode::disagreement:
            return ExitCode::no;
        case ErrorCode::invalid_content:
        case ErrorCode::limit_exceeded:
        case ErrorCode::overflow:
            return ExitCode::content;
        case ErrorCode::io_failure:
        case ErrorCode::network_failure:
            return ExitCode::io;
        case ErrorCode::interrupted:
            return ExitCode::interrupted;
    }
    return ExitCode::bug;
}

ExitCode worst(ExitCode a, ExitCode b) { return std::max(a, b); }

std::string describe(const Error& error) {
    std::string text;
    if (!error.input.empty()) text += escape_line(error.input) + ": ";
    text += escape_message(error.message);
    if (error.offset) text += " (" + format_offset(*error.offset) + ")";
    return text;
}

ExitCode Console::error(const Error& error) const {
    print("error: ", describe(error));
    if (!error.remedy.empty()) print("", escape_message(error.remedy));
    return exit_code(error);
}

void Console::warning(std::string_view message) const { print("warning: ", escape_message(message)); }

void Console::note(std::string_view message) const { print("", escape_message(message)); }

void Console::print(std::string_view kind, std::string_view message) const {
    end_progress();
    fmt::print(stderr, "{}: {}{}\n", tool_, kind, message);
}

void Console::progress(std::string_view text) const {
    const std::string line = fmt::format("{}: {}", tool_, text);
    progress(std::span(&line, 1));
}

void Console::progress(std::span<const std::string> lines) const {
    if (!isatty(STDERR_FILENO)) return;
    const std::size_t width = terminal_width();
    std::string shown;
    for (const std::string& line : lines) {
        if (!shown.empty()) shown += '\n';
        shown += beginning(escape_line(line), width);
    }
    end_progress();
    fmt::print(stderr, "{}", shown);
    std::fflush(stderr);
    progress_lines_ = lines.size();
}

void Console::end_progress() const {
    if (progress_lines_ == 0) return;
    for (; progress_lines_ > 1; --progress_lines_) fmt::print(stderr, "\r\x1b[K\x1b[A");
    fmt::print(stderr, "\r\x1b[K");
    progress_lines_ = 0;
}

int run_tool(int argc, char** argv, const ToolInfo& info, const std::function<Run(CLI::App&)>& declare) {
    std::signal(SIGXFSZ, SIG_IGN);  // a file size limit then is a failed write, which is reported
    const Console console(info.name);
    try {
        return static_cast<int>(parse_and_run(argc, argv, info, declare, console));
    } catch (const std::bad_alloc&) {
        fmt::print(stderr, "{}: error: out of memory\n", info.name);
    } catch (const std::exception& bug) {
        fmt::print(stderr, "{}: error: this is a bug: {}\n", info.name, escape_line(bug.what()));
    }
    return static_cast<int>(ExitCode::bug);
}

namespace {

bool is_terminal(const std::string& path) {
    if (path == "-") return isatty(STDOUT_FILENO) != 0;
    std::error_code none;
    if (!std::filesystem::is_character_file(path, none)) return false;
    const int fd = ::open(path.c_str(), O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return false;
    const bool terminal = isatty(fd) != 0;
    ::close(fd);
    return terminal;
}

}  // namespace

Result<Output> open_binary(const std::string& path) {
    if (is_terminal(path)) {
        return fail(ErrorCode::usage, "refusing to write binary data to a terminal", "use -o FILE");
    }
    return Output::open(path);
}

Result<> write_verbatim(const std::string& path, std::string_view text) {
    if (is_terminal(path)) {
        for (std::string_view rest = text; !rest.empty();) {
            const std::string_view line = rest.substr(0, rest.find('\n'));
            rest.remove_prefix(std::min(line.size() + 1, rest.size()));
            if (escape_line(line) == line) continue;
            return fail(ErrorCode::usage, "names that are not fit for a terminal", "write them to a file: -o FILE");
        }
    }
    return write_output(path, as_bytes(text));
}

Result<> write_binary(const std::string& path, ByteView data) {
    auto output = open_binary(path);
    if (!output) return fail(output.error());
    if (auto written = output->write(data); !written) return written;
    return output->commit();
}

std::string_view version() { return PGOPROF_VERSION; }

Result<> write_text(std::string_view text) { return write_output("-", as_bytes(text)); }

}  // namespace pgoprof::cli
