#include "pgoprof/io/source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <limits>

#include "pgoprof/base/file_descriptor.h"
#include "pgoprof/base/text.h"

namespace pgoprof {
namespace {

constexpr std::uint64_t kFirstBlock = 64 * 1024;

std::unexpected<Error> too_large(std::uint64_t max_bytes) {
    return fail(ErrorCode::limit_exceeded, fmt::format("larger than the limit of {}", format_bytes(max_bytes)),
                "if this input is trusted, raise the limit with --max-input-size");
}

/// Bytes that are still to be read, where the file system knows it; 0 for pipes and the like.
std::uint64_t expected_bytes(int fd, const struct stat& status) {
    if (!S_ISREG(status.st_mode)) return 0;
    const auto position = std::max<off_t>(::lseek(fd, 0, SEEK_CUR), 0);
    return static_cast<std::uint64_t>(std::max<off_t>(status.st_size - position, 0));
}

/// Reads to the end. One byte of room beyond the content is what lets the end be seen without growing.
Result<> read_all(int fd, std::uint64_t expected, std::uint64_t max_bytes, Buffer& out) {
    const std::uint64_t most = max_bytes == std::numeric_limits<std::uint64_t>::max() ? max_bytes : max_bytes + 1;
    out.reserve(std::min(most, expected == 0 ? kFirstBlock : expected + 1));
    for (;;) {
        if (out.size() > max_bytes) return too_large(max_bytes);
        if (out.size() == out.capacity()) out.reserve(std::min<std::uint64_t>(most, 2 * out.capacity()));
        const std::size_t room = std::min<std::uint64_t>(out.capacity(), most) - out.size();
        const ssize_t count = retry_interrupted([&] { return ::read(fd, out.data() + out.size(), room); });
        if (count < 0) return fail_errno("cannot be read");
        if (count == 0) return {};
        out.resize(out.size() + static_cast<std::size_t>(count));
    }
}

Result<> read_descriptor(int fd, std::uint64_t max_bytes, Buffer& out) {
    struct stat status{};
    if (::fstat(fd, &status) != 0) return fail_errno("cannot be read");
    if (S_ISDIR(status.st_mode)) return fail(ErrorCode::io_failure, "is a directory", "name the files in it");
    const std::uint64_t expected = expected_bytes(fd, status);
    if (expected > max_bytes) return too_large(max_bytes);
    return read_all(fd, expected, max_bytes, out);
}

Result<> read_path(const std::string& path, std::uint64_t max_bytes, Buffer& out) {
    if (path == "-") return read_descriptor(STDIN_FILENO, max_bytes, out);
    const FileDescriptor file(retry_interrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
    if (!file.valid()) return fail_errno("cannot be opened");
    return read_descriptor(file.get(), max_bytes, out);
}

}  // namespace

std::string input_name(const std::string& path) {
    if (path == "-") return "<stdin>";
    return path.empty() ? "\"\"" : path;
}

Result<> read_input(const std::string& path, std::uint64_t max_bytes, Buffer& out) {
    out.clear();
    auto result = read_path(path, max_bytes, out);
    if (result) return result;
    out.clear();
    return fail_in(input_name(path), std::move(result.error()));
}

}  // namespace pgoprof
