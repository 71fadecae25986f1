#include "pgoprof/transform/frames.h"

#include "pgoprof/model/invariants.h"

namespace pgoprof {
namespace {

constexpr std::uint64_t kFramesInAny = 4'000'000;
constexpr std::uint64_t kFramesForEachLocation = 16;  // of a stack

}  // namespace

Frames::Frames(const RawProfile& raw)
    : raw_(&raw),
      frames_left_(kFramesInAny + kFramesForEachLocation * raw.stacks.size()),
      function_index_(raw.functions),
      function_names_(raw.functions.size()),
      ranges_(raw.locations.size()) {}

Frames::Range Frames::resolve(const RawLocation& location) {
    const auto begin = static_cast<std::uint32_t>(frames_.size());
    for (const RawLine& line : raw_->location_lines(location)) frames_.push_back(function_name(line.function_id));
    if (location.lines_count == 0) frames_.emplace_back();
    return {begin, static_cast<std::uint32_t>(frames_.size()) - begin};
}

StringId Frames::function_name(std::uint64_t wire_id) {
    if (wire_id == 0) return {};
    const std::uint32_t position = *function_index_.find(wire_id);
    auto& name = function_names_[position];
    if (!name) name = names_.intern(raw_->string(raw_->functions[position].name));
    return *name;
}

Error too_many_frames() {
    return to_error({Invariant::size_limit, {0, OffsetSpace::inflated}, "its stacks hold too many frames"});
}

}  // namespace pgoprof
