// Everything that the library does with one untrusted binary.
#pragma once

#include <string>

#include "pgoprof/base/bytes.h"

namespace pgoprof::testing {

/// A file in memory, whose bytes can be changed where it lies.
class MemoryFile {
public:
    /// Owns a copy of `content`.
    explicit MemoryFile(ByteView content);
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    ~MemoryFile();

    const std::string& path() const { return path_; }
    void write(std::size_t offset, ByteView bytes) const;
    void resize(std::size_t size) const;

private:
    int fd_ = -1;
    std::string path_;
};

/// Opens the binary and asks all there is to ask of up to `most_functions` of its functions. What it answers must not
/// contradict itself; aborts otherwise. Returns whether it could be opened.
bool exercise_binary(const std::string& path, std::size_t most_functions);

}  // namespace pgoprof::testing
