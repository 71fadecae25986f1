// Functions that profile-guided inlining is to leave alone.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "pgoprof/transform/rename.h"

namespace pgoprof {

/// What datadog-pgo puts before names of functions that must not be inlined. To the compiler, that is the name of no
/// function: nothing is hot that it calls or that calls it, and so its body gets no larger a budget than without a
/// profile. All its edges are still there, with their weights, so that what else is hot, and the threshold, stay.
inline constexpr std::string_view kNoInlinePrefix = "DO NOT INLINE: ";

/// How many bytes of `name` say that, and are none of the function's own name.
std::size_t no_inline_bytes(std::string_view name);

/// Whether inlining it is known to grow the stacks of many goroutines: golang/go#65532.
bool grows_stacks(std::string_view name);

/// Puts the prefix before `function`, as the linker has it. Without type arguments, all its instances are meant.
RenameStep no_inline_step(const std::string& function);

/// Puts it before all functions that grow stacks.
RenameStep no_stack_growth_step();

}  // namespace pgoprof
