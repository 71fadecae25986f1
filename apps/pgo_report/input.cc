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
namespace {

std::string type_name(const RawProfile& raw, const RawValueType& type) {
    return fmt::format("{}/{}", raw.string(type.type), raw.string(type.unit));
}

/// The weight of the lightest edge above 0; at least 1.
std::int64_t lightest(const EdgeProfile& profile) {
    std::int64_t smallest = 0;
    for (const CallEdge& edge : profile.edges) {
        if (edge.weight > 0 && (smallest == 0 || edge.weight < smallest)) smallest = edge.weight;
    }
    return std::max<std::int64_t>(1, smallest);
}

}  // namespace

Result<> Input::load(const std::string& path) {
    name_ = input_name(path);
    const auto content = loader_.load(path);
    if (!content) return std::unexpected(content.error());
    stored_bytes_ = loader_.stored_bytes();
    if (const auto* preprofiled = std::get_if<const EdgeProfile*>(&*content)) {
        edges_ = *preprofiled;
    } else {
        raw_ = std::get<const RawProfile*>(*content);
        column_ = chosen_sample_type(*raw_);
        if (column_) sample_type_ = type_name(*raw_, raw_->sample_types[*column_]);
        if (need_ == Need::stacks) return {};
        if (auto built = build_edges(); !built) return built;
    }
    if (need_ == Need::changes) keep_edges_alone();
    return {};
}

Result<> Input::build_edges() {
    EdgeBuilder builder(*raw_);
    const auto add = [&](const RawSamples& batch) {
        builder.add(batch);
        if (need_ == Need::changes && column_) smallest_value_ = smallest_value(batch, *column_, smallest_value_);
    };
    const auto walked = loader_.walk_samples(add, available_threads());
    if (!walked) return walked;
    auto built = builder.finish();
    if (!built) return fail_in(name_, built.error());
    built_ = std::move(*built);
    return {};
}

void Input::keep_edges_alone() {
    sample_weight_ = column_ ? weight_per_sample(*raw_, *column_, smallest_value_) : lightest(*edges_);
    if (edges_ != &built_) built_ = *edges_;
    edges_ = &built_;
    raw_ = nullptr;
    loader_ = Loader();
}

}  // namespace pgoprof::cli
