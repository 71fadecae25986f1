// Units of measurement, as far as profiles that name them differently must be brought together.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pgoprof {

/// How values in two units come to one: multiply each by its factor (integers: nothing is lost).
struct CommonUnit {
    std::string_view unit;  ///< the finer of the two; of two spellings of one unit, the bytewise smaller
    std::int64_t first_factor = 1;
    std::int64_t second_factor = 1;
};

/// nullopt if the units measure different things. Knows the bytes and times of google/pprof (internal/measurement,
/// UnitTypes), upper or lower case, singular or plural; any other unit agrees only with itself.
std::optional<CommonUnit> common_unit(std::string_view first, std::string_view second);

}  // namespace pgoprof
