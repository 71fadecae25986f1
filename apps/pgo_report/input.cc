#include "pgo_report/input.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "pgoprof/base/parallel.h"
#include "pgoprof/io/source.h"
#include "pgoprof/transform/call_edges.h"
#include "pgoprof/transform/stability.h"

namespace pgoprof::cli {

Result<> Input::load(const std::string& path) {
    name_ = input_name(path);
    const auto content = loader_.load(path);
    if (!content) return std::unexpected(content.error());
    if (const auto* preprofiled = std::get_if<const EdgeProfile*>(&*content)) {
        edges_ = *preprofiled;
        return {};
    }
    raw_ = std::get<const RawProfile*>(*content);
    column_ = chosen_sample_type(*raw_);
    return need_ == Need::stacks ? Result<>() : build_edges();
}

Result<> Input::build_edges() {
    EdgeBuilder builder(*raw_);
    const auto walked = loader_.walk_samples([&](const RawSamples& batch) { builder.add(batch); }, available_threads());
    if (!walked) return walked;
    auto built = builder.finish();
    if (!built) return fail_in(name_, built.error());
    built_ = std::move(*built);
    return {};
}

std::optional<std::string> Input::sample_type() const {
    if (!column_) return std::nullopt;
    const RawValueType& type = raw_->sample_types[*column_];
    return fmt::format("{}/{}", raw_->string(type.type), raw_->string(type.unit));
}

std::int64_t Input::sample_weight() const {
    if (column_) return weight_per_sample(*raw_, *column_);
    std::int64_t smallest = 0;
    for (const CallEdge& edge : edges_->edges) {
        if (edge.weight > 0 && (smallest == 0 || edge.weight < smallest)) smallest = edge.weight;
    }
    return std::max<std::int64_t>(1, smallest);
}

}  // namespace pgoprof::cli
