// An owned file descriptor, and the failures of system calls as errors.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/result.h"

namespace pgoprof {

/// Repeats a system call for as long as signals interrupt it.
template <typename Call>
auto retry_interrupted(Call call) {
    auto result = call();
    while (result == -1 && errno == EINTR) result = call();
    return result;
}

/// All of `data`, however many calls that takes. False, and errno says why, if it cannot be.
[[nodiscard]] inline bool write_all(int fd, ByteView data) {
    while (!data.empty()) {
        const ssize_t written = retry_interrupted([&] { return ::write(fd, data.data(), data.size()); });
        if (written < 0) return false;
        data = data.subspan(static_cast<std::size_t>(written));
    }
    return true;
}

class FileDescriptor {
public:
    explicit FileDescriptor(int fd = -1) : fd_(fd) {}
    FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~FileDescriptor() {
        if (valid()) ::close(fd_);
    }

    bool valid() const { return fd_ >= 0; }
    int get() const { return fd_; }

    /// False, and errno says why, if what was written may be lost. Linux closes even where the call was interrupted.
    [[nodiscard]] bool close() { return ::close(std::exchange(fd_, -1)) == 0 || errno == EINTR; }

private:
    int fd_;
};

/// `action` failed for the reason in errno: "cannot read: Is a directory".
inline std::unexpected<Error> fail_errno(std::string_view action) {
    const int reason = errno;
    return fail(ErrorCode::io_failure, std::string(action) + ": " + std::generic_category().message(reason));
}

}  // namespace pgoprof
