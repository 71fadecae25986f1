// run_measured COMMAND ARGUMENT...: runs it with its stdout dropped; prints "WALL CPU MEMORY" (seconds, seconds, peak
// resident bytes). A process starts with the peak of the one that spawned it, so that one had better be small.
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

namespace {

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);

    const auto started = std::chrono::steady_clock::now();
    pid_t child = 0;
    if (posix_spawn(&child, argv[1], &actions, nullptr, argv + 1, environ) != 0) return 127;
    int status = 0;
    rusage usage{};
    if (wait4(child, &status, 0, &usage) != child) return 70;
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - started;

    fmt::print("{:.6f} {:.6f} {}\n", wall.count(), seconds(usage.ru_utime) + seconds(usage.ru_stime),
               usage.ru_maxrss * 1024);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 70;
}
