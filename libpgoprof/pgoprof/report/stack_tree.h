// The whole stacks of a profile, merged from the root: what a flame graph shows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pgoprof/base/result.h"
#include "pgoprof/model/raw_profile.h"
#include "pgoprof/model/string_table.h"

namespace pgoprof {

/// A function under the same callers, inlined calls among them. Weights are in units of the chosen sample type.
struct StackFrame {
    StringId name;
    std::uint32_t parent = 0;  ///< position in `StackTree::frames`, before its own
    std::int64_t weight = 0;   ///< of all samples that pass here
    std::int64_t self = 0;     ///< of those that end here
};

/// Of all samples of positive weight, those with a function anywhere in the stack, and those that end in it.
struct FunctionTotals {
    std::int64_t weight = 0;
    std::int64_t self = 0;
};

struct StackTreeLimits {
    std::size_t frames = 20'000;  ///< the root not counted
    std::size_t depth = 512;      ///< of inlined and other frames
};

/// Owns its names. Frame 0 is the root, without a name: all samples of positive weight. The others are sorted by
/// weight, heaviest first.
struct StackTree {
    StringTable names;
    std::vector<StackFrame> frames;
    std::vector<FunctionTotals> functions;  ///< by position of the name; whatever the limits leave out of `frames`
    std::int64_t hidden_weight = 0;         ///< of samples whose leaf-most frames are beyond the limits
    std::size_t negative_samples = 0;       ///< left out: there is no way to draw them
};

/// The heaviest frames of the stacks, by the sample type at position `column`. A frame without a function is named
/// after its mapping, "[libc.so.6]" or "[unknown]". `raw` must have passed check_invariants. Errors: PGO126 overflow,
/// PGO106 too many frames.
Result<StackTree> build_stack_tree(const RawProfile& raw, std::size_t column, const StackTreeLimits& limits = {});

}  // namespace pgoprof
