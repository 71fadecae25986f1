// The call edges that the Go compiler builds from a profile.
#pragma once

#include <memory>
#include <optional>

#include "pgoprof/base/result.h"
#include "pgoprof/model/call_edge.h"
#include "pgoprof/model/profile.h"
#include "pgoprof/model/raw_profile.h"

namespace pgoprof {

/// The position of the sample type that the compiler reads: the first that is samples/count or cpu/nanoseconds.
std::optional<std::size_t> chosen_sample_type(const RawProfile& raw);
std::optional<std::size_t> chosen_sample_type(const Profile& profile);

/// PGO201: there is none.
Error no_usable_sample_type();

/// As cmd/internal/pgo.FromPProf and internal/profile.NewGraph: only the two leaf-most locations of a sample count.
class EdgeBuilder {
public:
    /// `tables`, of which the samples are not looked at, must have passed check_tables, and stay as they are until the
    /// end.
    explicit EdgeBuilder(const RawProfile& tables);
    ~EdgeBuilder();

    /// Samples of the same profile, which must have passed check_samples.
    void add(const RawSamples& batch);
    /// All of the profile whose view the tables are.
    void add(const Profile& profile);

    /// To be called once. Errors: PGO201 no usable sample type, PGO202 no start lines, PGO126 overflow.
    Result<EdgeProfile> finish();

private:
    class Graph;

    const RawProfile& tables_;
    std::optional<std::size_t> column_;
    std::unique_ptr<Graph> graph_;
};

/// All at once, of a profile with its samples.
Result<EdgeProfile> build_call_edges(const RawProfile& raw);
Result<EdgeProfile> build_call_edges(const Profile& profile);

}  // namespace pgoprof
