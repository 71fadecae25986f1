// A profile, and the call edges that the compiler makes of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"
#include "pgoprof/load.h"
#include "pgoprof/model/call_edge.h"
#include "pgoprof/model/raw_profile.h"

namespace pgoprof::cli {

/// What a view shows.
enum class Need : std::uint8_t {
    edges,    ///< alone: the samples, which are most of a profile, are never all in memory
    changes,  ///< edges, and what a sample weighs; nothing else stays in memory, where there are two profiles
    samples,  ///< beside the edges
    stacks,   ///< also of a profile whose edges the compiler refuses; there are no edges then
};

class Input {
public:
    Input(const Limits& limits, Need need)
        : limits_(limits),
          need_(need),
          loader_(limits, Validation::require, need <= Need::changes ? Samples::in_batches : Samples::whole) {}

    /// Once. Errors name the file.
    Result<> load(const std::string& path);

    const std::string& name() const { return name_; }  ///< for messages
    const EdgeProfile& edges() const { return *edges_; }

    /// Null if the file was preprofiled, and has no stacks, or of changes. With samples, unless only edges are needed.
    const RawProfile* raw() const { return raw_; }

    /// Of the sample type that the edges are made of; nothing if the file was preprofiled, or Go ignores it.
    std::optional<std::size_t> column() const { return column_; }
    const std::optional<std::string>& sample_type() const { return sample_type_; }

    /// What one sample adds to an edge; of changes alone.
    std::int64_t sample_weight() const { return sample_weight_; }

    /// Bytes of memory that decoding it may have used.
    std::uint64_t budget() const { return limits_.decode_budget(stored_bytes_); }

private:
    Result<> build_edges();
    void keep_edges_alone();

    Limits limits_;
    Need need_;
    Loader loader_;
    std::string name_;
    EdgeProfile built_;
    const EdgeProfile* edges_ = &built_;
    const RawProfile* raw_ = nullptr;
    std::optional<std::size_t> column_;
    std::optional<std::string> sample_type_;
    std::int64_t smallest_value_ = 0;  ///< of a sample, above 0
    std::int64_t sample_weight_ = 1;
    std::uint64_t stored_bytes_ = 0;
};

}  // namespace pgoprof::cli
