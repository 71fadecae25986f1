// Functions and calls as whole stacks show them: what `go tool pprof` reports, and the compiler does not read.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "pgoprof/base/result.h"
#include "pgoprof/model/raw_profile.h"
#include "pgoprof/model/string_table.h"

namespace pgoprof {

/// A function by its name; lines and addresses do not tell it apart.
struct StackFunction {
    StringId name;
    std::int64_t flat = 0;        ///< of samples that it is the leaf of
    std::int64_t cumulative = 0;  ///< of samples that it is anywhere in
};

/// A call between two different functions, counted once a sample.
struct StackCall {
    std::uint32_t caller = 0;  ///< positions in `StackGraph::functions`
    std::uint32_t callee = 0;
    std::int64_t weight = 0;
};

struct StackGraph {
    StringTable names;
    std::vector<StackFunction> functions;
    std::vector<StackCall> calls;  ///< those that a selected function makes or receives
};

/// As google/pprof's graph.New with functions as nodes, which `go tool pprof -peek` prints. A frame without a function
/// has no name here. `column` is the position of the sample type; `selected` says which functions' calls to keep. `raw`
/// must have passed check_invariants. Errors: PGO126 overflow, PGO106 too many frames.
Result<StackGraph> build_stack_graph(const RawProfile& raw, std::size_t column,
                                     const std::function<bool(std::string_view)>& selected);

}  // namespace pgoprof
