// Where the inputs of a run come from, one after the other.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"
#include "pgoprof/io/frames.h"

namespace pgoprof {

/// One input as stored. Made for reuse: the buffer serves one after the other.
struct StoredInput {
    std::size_t index = 0;  ///< its number in the source, from 0
    std::string name;       ///< for messages
    Buffer bytes;
};

/// Taking inputs is for one thread at a time, reading them for any number: files are read in parallel, what comes on a
/// stream is read as it is taken.
class InputSource {
public:
    virtual ~InputSource() = default;

    /// How many inputs there are, where that is known beforehand.
    virtual std::optional<std::size_t> size() const = 0;

    /// Sets all of `input` but perhaps the bytes; false if there are no more. An error is the source's own and the end
    /// of it.
    virtual Result<bool> take(StoredInput& input) = 0;

    /// Sees to it that an input that was taken has its bytes. Its failure is the input's alone.
    virtual Result<> read(StoredInput& input) = 0;
};

/// Files, by their paths; "-" is stdin.
class FileSource : public InputSource {
public:
    FileSource(std::span<const std::string> paths, const Limits& limits) : paths_(paths), limits_(limits) {}

    std::optional<std::size_t> size() const override { return paths_.size(); }
    Result<bool> take(StoredInput& input) override;
    Result<> read(StoredInput& input) override;

private:
    std::span<const std::string> paths_;
    Limits limits_;
    std::size_t next_ = 0;
};

/// Varint-length-delimited profiles from stdin: "stdin, profile 1" and so on.
class FrameSource : public InputSource {
public:
    explicit FrameSource(const Limits& limits);

    std::optional<std::size_t> size() const override { return std::nullopt; }
    Result<bool> take(StoredInput& input) override;
    Result<> read(StoredInput& input) override;

private:
    FrameReader reader_;
    std::size_t next_ = 0;
};

}  // namespace pgoprof
