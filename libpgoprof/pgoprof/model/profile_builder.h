// Builds a Profile from records that repeat.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "pgoprof/base/hash_index.h"
#include "pgoprof/base/result.h"
#include "pgoprof/model/profile.h"

namespace pgoprof {

/// Equal functions, locations and stacks become one, numbered in the order in which they came first; memory grows with
/// what is distinct.
class ProfileBuilder {
public:
    /// The profile so far. All but functions, lines, locations and samples is to be set here directly, sample types
    /// before the first sample.
    Profile profile;

    StringId string(std::string_view text) { return profile.strings.intern(text); }
    FunctionId function(std::string_view name, std::string_view filename, std::int64_t start_line);
    FunctionId function(const Function& function);  ///< its strings must be this profile's
    LocationId location(MappingId mapping, std::uint64_t address, std::span<const Line> lines);
    LocationId location(const Location& location, std::span<const Line> lines);  ///< `lines` are its lines

    /// Makes room for so many distinct stacks without labels. Sample types must be set.
    void reserve_samples(std::size_t samples, std::size_t frames);

    /// Adds `values`, one per sample type, to the sample of the same stack and labels. Errors: overflow (PGO126).
    Result<> add_sample(std::span<const LocationId> stack, std::span<const std::int64_t> values,
                        std::span<const Label> labels = {});

private:
    HashIndex functions_;
    HashIndex locations_;
    HashIndex samples_;
};

}  // namespace pgoprof
