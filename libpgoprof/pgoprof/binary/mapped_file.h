// A file's bytes, as the system maps them.
#pragma once

#include <string>
#include <utility>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/result.h"

namespace pgoprof {

/// Read-only and not copied: only pages that are looked at are ever read. Whoever shortens the file in the meantime
/// makes the system kill this process (SIGBUS), as with any program that maps files.
class MappedFile {
public:
    /// Errors: io_failure.
    static Result<MappedFile> open(const std::string& path);

    MappedFile() = default;
    MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
    MappedFile& operator=(MappedFile&& other) noexcept {
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~MappedFile();

    ByteView bytes() const { return bytes_; }

private:
    explicit MappedFile(ByteView bytes) : bytes_(bytes) {}

    ByteView bytes_;
};

}  // namespace pgoprof
