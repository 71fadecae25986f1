// Builds a profile within limits.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"
#include "pgoprof/model/profile_builder.h"

namespace pgoprof {

/// A frame of a format that knows nothing of locations.
struct NamedFrameText {
    std::string_view name;
    std::string_view file{};
    std::int64_t start_line = 0;
    std::int64_t line = 0;
    std::int64_t column = 0;
};

/// A ProfileBuilder that charges a budget before it grows. All errors are limit_exceeded (PGO106) but for sums that
/// overflow (PGO126).
class BudgetedBuilder {
public:
    BudgetedBuilder(const Limits& limits, Budget& budget) : limits_(limits), budget_(budget) {}

    /// Sample types, header and mappings, to be set directly.
    Profile& profile() { return builder_.profile; }

    Result<StringId> string(std::string_view text);
    Result<FunctionId> function(std::string_view name, std::string_view file, std::int64_t start_line);
    Result<LocationId> location(MappingId mapping, std::uint64_t address, std::span<const Line> lines);
    /// A location of its own for a frame, without an address.
    Result<LocationId> location(const NamedFrameText& frame);
    /// Equal samples are added up.
    Result<> add_sample(std::span<const LocationId> stack, std::span<const std::int64_t> values,
                        std::span<const Label> labels = {});

private:
    Result<> charge(std::uint64_t bytes);

    const Limits& limits_;
    Budget& budget_;
    ProfileBuilder builder_;
    std::uint64_t frames_left_ = std::uint64_t{1} << 30;  ///< time is limited, too: equal samples take no memory
};

/// "samples/count" or the like, as a column of the profile.
Result<> add_sample_type(BudgetedBuilder& builder, std::string_view type, std::string_view unit);

Error too_large(std::string detail);

/// The same of the budget, which the user can raise.
Error no_memory(std::string detail);

}  // namespace pgoprof
