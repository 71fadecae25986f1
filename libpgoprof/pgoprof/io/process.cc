#include "pgoprof/io/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "pgoprof/base/file_descriptor.h"
#include "pgoprof/base/text.h"

namespace pgoprof {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLongestLine = 4096;

struct Pipe {
    FileDescriptor read, write;
};

Result<Pipe> make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return fail_errno("cannot be started");
    return Pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

/// Variables as `exec` takes them: those of the request, and of ours the others.
std::vector<std::string> merged_environment(const ProcessRequest& request) {
    std::vector<std::string> merged;
    merged.reserve(request.environment.size());
    for (const auto& [name, value] : request.environment) merged.push_back(name + "=" + value);
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view text = *variable;
        const bool replaced = std::ranges::any_of(request.environment, [&](const auto& given) {
            return text.starts_with(given.first) && text.substr(given.first.size()).starts_with('=');
        });
        if (!replaced) merged.emplace_back(text);
    }
    return merged;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    result.reserve(texts.size() + 1);
    for (std::string& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

/// What is set up for the child between fork and exec.
class SpawnActions {
public:
    SpawnActions(int output, int errors) {
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions_, errors, STDERR_FILENO);
        posix_spawnattr_init(&attributes_);
        // What we ignore or catch is not for others to inherit.
        sigset_t defaults;
        sigemptyset(&defaults);
        for (const int signal : {SIGPIPE, SIGINT, SIGTERM}) sigaddset(&defaults, signal);
        posix_spawnattr_setsigdefault(&attributes_, &defaults);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF);
    }
    SpawnActions(const SpawnActions&) = delete;
    SpawnActions& operator=(const SpawnActions&) = delete;
    ~SpawnActions() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }

    /// 0, or the reason why not.
    int spawn(pid_t& pid, char* const* arguments, char* const* environment) const {
        return ::posix_spawnp(&pid, arguments[0], &actions_, &attributes_, arguments, environment);
    }

private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

/// A child that is killed unless it is waited for.
class Child {
public:
    explicit Child(pid_t pid) : pid_(pid) {}
    Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, 0)) {}
    Child& operator=(Child&&) = delete;
    ~Child() {
        if (pid_ == 0) return;
        ::kill(pid_, SIGKILL);
        wait();
    }

    int wait() {
        int status = 0;
        retry_interrupted([&] { return ::waitpid(pid_, &status, 0); });
        pid_ = 0;
        return status;
    }

    /// Whether it has ended; then `status` says how.
    bool ended(int& status) {
        if (retry_interrupted([&] { return ::waitpid(pid_, &status, WNOHANG); }) != pid_) return false;
        pid_ = 0;
        return true;
    }

private:
    pid_t pid_;
};

/// Hands on whole lines.
class LineSplitter {
public:
    explicit LineSplitter(const std::function<void(std::string)>& take) : take_(take) {}

    void add(std::string_view bytes) {
        for (const char c : bytes) {
            if (c == '\n' || line_.size() == kLongestLine) flush();
            if (c != '\n' && c != '\r') line_ += c;
        }
    }
    void flush() {
        if (!line_.empty() && take_) take_(line_);
        line_.clear();
    }

private:
    const std::function<void(std::string)>& take_;
    std::string line_;
};

class Conversation {
public:
    Conversation(const ProcessRequest& request, Child child, FileDescriptor output, FileDescriptor errors)
        : request_(request),
          child_(std::move(child)),
          output_(std::move(output)),
          errors_(std::move(errors)),
          lines_(request.error_line),
          end_(Clock::now() + request.timeout) {}

    Result<Buffer> run() {
        while (output_.valid() || errors_.valid()) {
            if (const auto read = read_some(); !read) return fail(read.error());
        }
        lines_.flush();
        const auto status = wait();
        if (!status) return fail(status.error());
        if (WIFSIGNALED(*status)) {
            return fail(ErrorCode::io_failure, fmt::format("was ended by signal {}", WTERMSIG(*status)));
        }
        if (WEXITSTATUS(*status) != 0) {
            return fail(ErrorCode::io_failure, fmt::format("failed with exit code {}", WEXITSTATUS(*status)));
        }
        return std::move(taken_);
    }

private:
    std::unexpected<Error> too_late() {
        lines_.flush();
        return fail(ErrorCode::io_failure,
                    "has not ended within " + format_duration(std::chrono::nanoseconds(request_.timeout).count()));
    }

    int milliseconds_left() const {
        return static_cast<int>(
            std::max<std::int64_t>(std::chrono::ceil<std::chrono::milliseconds>(end_ - Clock::now()).count(), 0));
    }

    Result<> read_some() {
        std::array<pollfd, 2> watched{{{.fd = output_.get(), .events = POLLIN, .revents = 0},
                                       {.fd = errors_.get(), .events = POLLIN, .revents = 0}}};
        const int left = milliseconds_left();
        if (left == 0) return too_late();
        if (retry_interrupted([&] { return ::poll(watched.data(), watched.size(), left); }) < 0) {
            return fail_errno("cannot be read from");
        }
        std::array<char, 4096> block;
        if (watched[0].revents != 0) {
            const std::string_view bytes = read_block(output_, block);
            if (bytes.size() > request_.max_output_bytes - taken_.size()) {
                return fail(ErrorCode::io_failure, "wrote more than " + format_bytes(request_.max_output_bytes));
            }
            taken_.append(bytes);
        }
        if (watched[1].revents != 0) lines_.add(read_block(errors_, block));
        return {};
    }

    /// Closes the descriptor at the end.
    static std::string_view read_block(FileDescriptor& from, std::array<char, 4096>& block) {
        const ssize_t count = retry_interrupted([&] { return ::read(from.get(), block.data(), block.size()); });
        if (count > 0) return {block.data(), static_cast<std::size_t>(count)};
        from = FileDescriptor();
        return {};
    }

    /// It has closed its outputs, and so is about to end, or has become something that we need not wait for.
    Result<int> wait() {
        constexpr int kPatience = 10;
        for (int status = 0;;) {
            if (child_.ended(status)) return status;
            const int left = milliseconds_left();
            if (left == 0) return too_late();
            ::poll(nullptr, 0, std::min(left, kPatience));
        }
    }

    const ProcessRequest& request_;
    Child child_;
    FileDescriptor output_;
    FileDescriptor errors_;
    LineSplitter lines_;
    Clock::time_point end_;
    Buffer taken_;
};

}  // namespace

Result<Buffer> run_process(const ProcessRequest& request) {
    auto output = make_pipe();
    auto errors = make_pipe();
    if (!output) return fail(output.error());
    if (!errors) return fail(errors.error());
    std::vector<std::string> arguments = request.arguments;
    std::vector<std::string> environment = merged_environment(request);
    const SpawnActions actions(output->write.get(), errors->write.get());
    pid_t pid = 0;
    errno = actions.spawn(pid, pointers(arguments).data(), pointers(environment).data());
    if (errno != 0) return fail_errno("cannot be started");
    output->write = FileDescriptor();
    errors->write = FileDescriptor();
    return Conversation(request, Child(pid), std::move(output->read), std::move(errors->read)).run();
}

}  // namespace pgoprof
