// Preloaded (LD_PRELOAD), makes one system call of a program go wrong.
//   FAULT_CALL    open, write, fsync, close, rename or unlink. `open` counts the opening of regular files for writing
//   and
//                 of directories; the others count calls on those descriptors only.
//   FAULT_NTH     which of them, from 1
//   FAULT_ACTION  an errno value to fail with (the call then has no effect; close closes), or "kill": SIGKILL there
//   FAULT_SHORT   if set, every write takes at most so many bytes
//   FAULT_LOG     if set, a file that gets one line for each counted call
// The number of calls is one process's; threads are not told apart.
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>

namespace {

template <typename Function>
Function* real(const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

const char* setting(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

void log_call(const char* call) {
    const char* path = setting("FAULT_LOG");
    if (*path == '\0') return;
    static const auto open_really = real<int(const char*, int, ...)>("open");
    static const auto write_really = real<ssize_t(int, const void*, size_t)>("write");
    static const auto close_really = real<int(int)>("close");
    const int fd = open_really(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (write_really(fd, call, std::strlen(call)) < 0 || write_really(fd, "\n", 1) < 0) std::abort();
    close_really(fd);
}

/// Whether this call is the one; may not return. Sets errno.
bool goes_wrong(const char* call) {
    static long seen = 0;
    log_call(call);
    if (std::strcmp(setting("FAULT_CALL"), call) != 0 || ++seen != std::atol(setting("FAULT_NTH"))) return false;
    const char* action = setting("FAULT_ACTION");
    if (std::strcmp(action, "kill") == 0) ::raise(SIGKILL);
    errno = std::atoi(action);
    return true;
}

/// Only what the atomic replacement touches: not stderr, pipes, or files being read.
bool counts(int fd) {
    struct stat status{};
    if (fd <= STDERR_FILENO || ::fstat(fd, &status) != 0) return false;
    if (S_ISDIR(status.st_mode)) return true;
    return S_ISREG(status.st_mode) && (::fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY;
}

int open_with_faults(const char* name, const char* path, int flags, mode_t mode) {
    const bool counted = (flags & O_ACCMODE) != O_RDONLY || (flags & O_DIRECTORY) != 0;
    if (counted && goes_wrong("open")) return -1;
    return real<int(const char*, int, ...)>(name)(path, flags, mode);
}

mode_t mode_argument(int flags, va_list arguments) {
    return (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : mode_t{0};
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = mode_argument(flags, arguments);
    va_end(arguments);
    return open_with_faults("open", path, flags, mode);
}

int open64(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = mode_argument(flags, arguments);
    va_end(arguments);
    return open_with_faults("open64", path, flags, mode);
}

ssize_t write(int fd, const void* data, size_t size) {
    if (!counts(fd)) return real<ssize_t(int, const void*, size_t)>("write")(fd, data, size);
    if (goes_wrong("write")) return -1;
    if (const long most = std::atol(setting("FAULT_SHORT")); most > 0) size = std::min(size, static_cast<size_t>(most));
    return real<ssize_t(int, const void*, size_t)>("write")(fd, data, size);
}

int fsync(int fd) { return counts(fd) && goes_wrong("fsync") ? -1 : real<int(int)>("fsync")(fd); }

int close(int fd) {
    const bool fails = counts(fd) && goes_wrong("close");
    const int reason = errno;
    const int result = real<int(int)>("close")(fd);
    if (!fails) return result;
    errno = reason;
    return -1;
}

int rename(const char* from, const char* to) {
    return goes_wrong("rename") ? -1 : real<int(const char*, const char*)>("rename")(from, to);
}

int unlink(const char* path) { return goes_wrong("unlink") ? -1 : real<int(const char*)>("unlink")(path); }
}
