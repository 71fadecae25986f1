// From a file's bytes to its decoded content: the one place where io and codec meet.
#pragma once

#include <string>
#include <variant>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"
#include "pgoprof/model/call_edge.h"
#include "pgoprof/model/raw_profile.h"

namespace pgoprof {

enum class Validation : std::uint8_t {
    require,  ///< the first violated invariant is an error
    skip,     ///< only the container and the wire format must be sound; the caller checks the rest (pgo-lint)
};

enum class Samples : std::uint8_t {
    whole,       ///< all are in what `load` returns
    ends,        ///< so are they, but of their stacks only the two leaf-most locations and the outermost one may be
    in_batches,  ///< none is: walk_samples gives them, with their stacks' ends, in a fraction of the time and memory
};

/// Reads, inflates, detects and decodes. Made for reuse: its buffers serve one input after the other, and what it
/// returns is valid until the next call.
class Loader {
public:
    explicit Loader(Limits limits = {}, Validation validation = Validation::require, Samples samples = Samples::whole);

    /// A pprof message (no samples, empty strings and all, if the file is empty), or edges that were preprofiled.
    using Content = std::variant<const RawProfile*, const EdgeProfile*>;

    /// `path` may be "-" for stdin. Errors carry the input's name.
    Result<Content> load(const std::string& path);

    /// The same from memory; `name` is for messages only. The bytes must stay valid as long as the result is used.
    Result<Content> load_bytes(ByteView stored, const std::string& name);

    /// Of the last input, which must have been a profile. Batches are decoded on up to `threads` threads; `visit` is
    /// called for one after the other, in their order, but on any of the threads. Errors, for samples in batches, as
    /// `load` has them.
    Result<> walk_samples(const VisitSamples& visit, unsigned threads = 1);

    /// The last input once more, samples and all, where it was loaded without them.
    Result<> decode_whole(RawProfile& out);

    /// Of the last input: bytes as stored, and inflated.
    std::uint64_t stored_bytes() const { return stored_bytes_; }
    std::uint64_t inflated_bytes() const { return content_.size(); }

private:
    Result<Content> decode(ByteView stored);
    Result<Content> decode_profile();
    Result<> collect_batches();
    Result<> walk_batches(const VisitSamples& visit, unsigned threads);
    Error in_input(Error error) const;

    Limits limits_;
    Validation validation_;
    Samples samples_;
    Buffer stored_;
    Buffer inflated_;
    RawProfile raw_;
    EdgeProfile edges_;
    std::string name_;
    std::uint64_t stored_bytes_ = 0;
    ByteView content_;  ///< inflated
    Budget budget_{0};
};

/// `load` for tools that need a pprof profile: a preprofiled or an empty file is an error.
Result<const RawProfile*> load_profile(Loader& loader, const std::string& path);

/// The same from memory; see Loader::load_bytes.
Result<const RawProfile*> load_profile_bytes(Loader& loader, ByteView stored, const std::string& name);

}  // namespace pgoprof
