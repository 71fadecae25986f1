// Whole stacks, each summed up.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pgoprof/base/result.h"
#include "pgoprof/model/raw_profile.h"
#include "pgoprof/model/string_table.h"

namespace pgoprof {

/// Samples whose frames have the same names are one stack.
struct FoldedStacks {
    struct Stack {
        std::uint64_t begin = 0;  ///< of its frames in `frames`
        std::uint64_t count = 0;
        std::int64_t weight = 0;
    };

    StringTable names;
    std::vector<StringId> frames;
    std::vector<Stack> stacks;  ///< by their frames' names, bytewise, from the root on

    /// From the root to the leaf. A frame without a function has the empty name.
    std::span<const StringId> frames_of(const Stack& stack) const {
        return std::span(frames).subspan(stack.begin, stack.count);
    }
};

/// Samples of weight 0, and those without a stack, are left out. `column` is the position of the sample type. `raw`
/// must have passed check_invariants. Errors: PGO126 overflow, PGO106 too many frames.
Result<FoldedStacks> fold_stacks(const RawProfile& raw, std::size_t column);

}  // namespace pgoprof
