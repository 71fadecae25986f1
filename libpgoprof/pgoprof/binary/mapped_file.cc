#include "pgoprof/binary/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "pgoprof/base/file_descriptor.h"

namespace pgoprof {
namespace {

Result<ByteView> map(int fd) {
    struct stat status{};
    if (::fstat(fd, &status) != 0) return fail_errno("cannot be read");
    if (S_ISDIR(status.st_mode)) return fail(ErrorCode::io_failure, "is a directory", "name the program in it");
    if (!S_ISREG(status.st_mode)) return fail(ErrorCode::io_failure, "is not a regular file");
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size == 0) return ByteView{};
    void* const data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED) return fail_errno("cannot be mapped");
    return ByteView(static_cast<const std::byte*>(data), size);
}

}  // namespace

Result<MappedFile> MappedFile::open(const std::string& path) {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file.valid()) return fail_in(path, fail_errno("cannot be opened").error());
    auto bytes = map(file.get());
    if (!bytes) return fail_in(path, std::move(bytes.error()));
    return MappedFile(*bytes);
}

MappedFile::~MappedFile() {
    if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace pgoprof
