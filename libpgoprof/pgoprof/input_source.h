// Where the inputs of a run come from, one after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"
#include "pgoprof/base/sha256.h"
#include "pgoprof/io/frames.h"
#include "pgoprof/io/input_files.h"

namespace pgoprof {

/// One input as stored. Made for reuse: the buffer serves one after the other.
struct StoredInput {
    std::size_t index = 0;  ///< its number in the source, from 0
    std::string name;       ///< for messages
    std::int64_t weight = 1;
    std::optional<Sha256> sha256;  ///< of the bytes, if the source computes it
    Buffer bytes;
};

/// Taking inputs is for one thread at a time, reading them for any number: files are read in parallel, what comes on a
/// stream is read as it is taken.
class InputSource {
public:
    virtual ~InputSource() = default;

    /// How many inputs there are, where that is known beforehand.
    virtual std::optional<std::size_t> size() const = 0;

    /// Sets what is known of the next input without its bytes; false if there are no more. An error is the source's own
    /// and the end of it.
    virtual Result<bool> take(StoredInput& input) = 0;

    /// Completes an input that was taken; false if it turns out to be none of this run's. A failure is the input's
    /// alone.
    virtual Result<bool> read(StoredInput& input) = 0;
};

/// One of `count` shares of all inputs, to which each belongs by its content: copies are in one shard.
struct Shard {
    std::uint64_t number = 1;  ///< from 1
    std::uint64_t count = 1;

    /// The first eight bytes of the digest, big-endian, modulo `count`, are `number` - 1.
    bool has(const Sha256& digest) const;
};

enum class Digests : bool { where_needed, always };

/// Files, by their paths; "-" is stdin. What is listed with a SHA-256 must have it.
class FileSource : public InputSource {
public:
    struct Options {
        Limits limits{};
        Digests digests = Digests::where_needed;

        /// Only this shard's files. Those listed with a SHA-256 are told by that; of the others, the bytes are read and
        /// digested. Of those that cannot be read it is the path's digest that decides, so that one shard reports them.
        std::optional<Shard> shard{};
    };

    FileSource(std::span<const InputFile> files, const Options& options) : files_(files), options_(options) {}

    std::optional<std::size_t> size() const override;
    Result<bool> take(StoredInput& input) override;
    Result<bool> read(StoredInput& input) override;

private:
    bool is_elsewhere(const Sha256& digest) const { return options_.shard && !options_.shard->has(digest); }

    std::span<const InputFile> files_;
    Options options_;
    std::size_t next_ = 0;
};

/// Varint-length-delimited profiles from stdin: "stdin, profile 1" and so on.
class FrameSource : public InputSource {
public:
    FrameSource(const Limits& limits, Digests digests);

    std::optional<std::size_t> size() const override { return std::nullopt; }
    Result<bool> take(StoredInput& input) override;
    Result<bool> read(StoredInput& input) override;

private:
    FrameReader reader_;
    Digests digests_;
    std::size_t next_ = 0;
};

}  // namespace pgoprof
