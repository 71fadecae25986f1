// What the Go compiler reads of a profile, and nothing else.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "pgoprof/model/raw_profile.h"

namespace pgoprof {

/// Leaves of each sample the two leaf-most locations, of these the lines with function names and start lines, and of
/// the header what merging and linting need. Labels, file names, mappings and addresses go, except that a caller which
/// shares a node with its callee at another address gets address 1, where all others have 0: direct recursion must stay
/// an edge (cmd/internal/pgo, internal/profile.NewGraph; docs/formats.md, "Compact profiles"). The call edges of the
/// result are those of the input. Made for reuse.
class Compactor {
public:
    /// `raw` must have passed check_invariants, as the result then does; its values must not be negative, since what
    /// cancels out depends on addresses. The result is valid until the next call, and as long as `raw` is.
    const RawProfile& compact(const RawProfile& raw);

private:
    static constexpr std::uint32_t kNone = 0xffffffff;
    enum Place : std::uint8_t { anywhere, elsewhere };  ///< address 0, address 1

    void copy_header();
    void copy_sample(std::size_t i);
    std::uint32_t location(std::uint32_t position, Place place);
    RawLine line(const RawLine& line) const;
    bool share_node(const RawLocation& a, const RawLocation& b) const;
    bool same_node(const RawLine& a, const RawLine& b) const;
    bool same_address(const RawLocation& a, const RawLocation& b) const;
    std::optional<std::uint32_t> function_of(const RawLine& line) const;

    const RawProfile* raw_ = nullptr;
    RawProfile out_;
    WireIndex<RawMapping> mapping_positions_;
    WireIndex<RawFunction> function_positions_;
    std::array<std::vector<std::uint32_t>, 2> positions_;  ///< in `out_`, by place and position in `raw_`
};

}  // namespace pgoprof
