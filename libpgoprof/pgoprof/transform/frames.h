// The frames of whole stacks by name.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "pgoprof/base/error.h"
#include "pgoprof/model/raw_profile.h"
#include "pgoprof/model/string_table.h"

namespace pgoprof {

/// Gives each sample's frames, inlined ones included, as names. Locations are resolved once.
class Frames {
public:
    /// `raw` must have passed check_invariants, and outlive this.
    explicit Frames(const RawProfile& raw);

    /// Calls `visit(StringId name)` for every frame of a sample's stack, from the root to the leaf. A frame without a
    /// function has the empty name. False, at once, if the profile's stacks hold more frames than any honest profile's:
    /// a small file can multiply long stacks by deep inlining.
    template <typename Visit>
    bool visit(std::size_t sample, const Visit& visit) {
        const auto stack = raw_->sample_stack(sample);
        for (std::size_t i = stack.size(); i-- > 0;) {
            const Range range = frames_of(stack[i]);
            if (range.count > frames_left_) return false;
            frames_left_ -= range.count;
            for (std::uint32_t n = range.begin + range.count; n-- > range.begin;) visit(frames_[n]);
        }
        return true;
    }

    const StringTable& names() const { return names_; }
    StringTable take_names() && { return std::move(names_); }

private:
    struct Range {
        std::uint32_t begin = 0;
        std::uint32_t count = 0;  ///< 0: not resolved yet
    };

    Range frames_of(std::uint32_t location) {
        Range& range = ranges_[location];
        if (range.count == 0) range = resolve(raw_->locations[location]);
        return range;
    }

    Range resolve(const RawLocation& location);
    StringId function_name(std::uint64_t wire_id);

    const RawProfile* raw_;
    std::uint64_t frames_left_;
    WireIndex<RawFunction> function_index_;
    std::vector<std::optional<StringId>> function_names_;  ///< by position
    std::vector<Range> ranges_;                            ///< by position of the location
    std::vector<StringId> frames_;                         ///< innermost first within a location
    StringTable names_;
};

/// PGO106: Frames::visit gave up.
Error too_many_frames();

}  // namespace pgoprof
