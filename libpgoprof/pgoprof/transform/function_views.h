// One function's callers and callees, as the compiler counts them and as whole stacks show them.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "pgoprof/model/call_edge.h"
#include "pgoprof/transform/hot_set.h"
#include "pgoprof/transform/stack_graph.h"

namespace pgoprof {

/// A caller or a callee of a function. Names are views into the tables of the edges or of the stacks.
struct Neighbour {
    std::string_view name;
    std::int64_t edge_weight = 0;   ///< of the compiler's edges, at whatever call site
    bool hot = false;               ///< one of these edges is in the hot set
    std::int64_t stack_weight = 0;  ///< of the stacks in which one calls the other
};

struct FunctionView {
    std::string_view name;
    std::int64_t called = 0;              ///< weight of the compiler's edges to it
    std::int64_t calling = 0;             ///< and from it
    std::int64_t flat = 0;                ///< of whole stacks
    std::int64_t cumulative = 0;          ///< of whole stacks
    std::vector<Neighbour> callers = {};  ///< by edge weight, then by stack weight, heaviest first; then by name
    std::vector<Neighbour> callees = {};
};

/// The functions that are `selected`: by the larger of their edge weight and their cumulative weight, heaviest first,
/// then by name. `stacks` must have been built for the same selection; null if there are none (the file was
/// preprofiled). Sums wrap around as Go's would.
std::vector<FunctionView> function_views(const EdgeProfile& profile, const HotSet& hot, const StackGraph* stacks,
                                         const std::function<bool(std::string_view)>& selected);

}  // namespace pgoprof
