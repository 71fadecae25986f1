// What the Go compiler reads of a profile, and nothing else.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "pgoprof/model/raw_profile.h"

namespace pgoprof {

/// Leaves of each sample the two leaf-most locations, of these the lines with function names and start lines, and of
/// the header what merging and linting need. Labels, file names, mappings and addresses go: the leaf gets address 0,
/// its caller 1, or 0, too, if both had one address, since what direct recursion adds to an edge depends on that alone
/// (cmd/internal/pgo, internal/profile.NewGraph; docs/formats.md, "Compact profiles"). The call edges of the result are
/// those of the input. Made for reuse.
class Compactor {
public:
    /// `raw` must have passed check_invariants, as the result then does; its values must not be negative, since what
    /// cancels out depends on addresses. The result is valid until the next call, and as long as `raw` is.
    const RawProfile& compact(const RawProfile& raw);

private:
    static constexpr std::uint32_t kNone = 0xffffffff;
    enum Place : std::uint8_t { at_leaf, elsewhere };  ///< address 0, address 1

    void copy_header();
    void copy_sample(std::size_t i);
    std::uint32_t location(std::uint32_t position, Place place);
    bool same_address(const RawLocation& a, const RawLocation& b) const;

    const RawProfile* raw_ = nullptr;
    RawProfile out_;
    WireIndex<RawMapping> mapping_positions_;
    std::array<std::vector<std::uint32_t>, 2> positions_;  ///< in `out_`, by place and position in `raw_`
};

}  // namespace pgoprof
