#include "pgoprof/transform/compact.h"

#include <algorithm>
#include <iterator>

#include "pgoprof/model/input_summary.h"
#include "pgoprof/transform/mapping_key.h"

namespace pgoprof {
namespace {

/// A location without lines is one line without a function to the compiler.
std::span<const RawLine> lines_of(const RawProfile& raw, const RawLocation& location) {
    static constexpr RawLine kNoLine;
    return location.lines_count == 0 ? std::span(&kNoLine, 1) : raw.location_lines(location);
}

/// Without a function the compiler reads no line either.
RawLine compact_line(const RawLine& line) {
    if (line.function_id == 0) return {};
    return {.function_id = line.function_id, .line = line.line};
}

}  // namespace

const RawProfile& Compactor::compact(const RawProfile& raw) {
    raw_ = &raw;
    out_.clear();
    mapping_positions_.build(raw.mappings);
    for (auto& positions : positions_) positions.assign(raw.locations.size(), kNone);
    copy_header();
    out_.sample_total = raw.sample_count();
    for (std::size_t i = 0; i < raw.sample_count(); ++i) copy_sample(i);
    if (raw.sample_count() != 0) {
        out_.sample_begins.push_back({.stack_begin = static_cast<std::uint32_t>(out_.stacks.size()),
                                      .values_begin = static_cast<std::uint32_t>(out_.values.size())});
    }
    return out_;
}

void Compactor::copy_header() {
    out_.sample_types = raw_->sample_types;
    out_.strings = raw_->strings;
    out_.time_nanos = raw_->time_nanos;
    out_.duration_nanos = raw_->duration_nanos;
    out_.period_type = raw_->period_type;
    out_.period = raw_->period;
    out_.values = raw_->values;
    std::ranges::copy_if(raw_->comments, std::back_inserter(out_.comments),
                         [&](std::int64_t comment) { return parse_input_summary(raw_->string(comment)).has_value(); });
    for (const RawFunction& function : raw_->functions) {
        out_.functions.push_back({.id = function.id, .name = function.name, .start_line = function.start_line});
    }
}

void Compactor::copy_sample(std::size_t i) {
    out_.sample_begins.push_back({.stack_begin = static_cast<std::uint32_t>(out_.stacks.size()),
                                  .values_begin = raw_->sample_begins[i].values_begin});
    const auto stack = raw_->sample_stack(i);
    if (stack.empty()) return;
    out_.stacks.push_back(location(stack[0], at_leaf));
    if (stack.size() == 1) return;
    const bool together = same_address(raw_->locations[stack[0]], raw_->locations[stack[1]]);
    out_.stacks.push_back(location(stack[1], together ? at_leaf : elsewhere));
}

std::uint32_t Compactor::location(std::uint32_t position, Place place) {
    std::uint32_t& known = positions_[place][position];
    if (known != kNone) return known;
    known = static_cast<std::uint32_t>(out_.locations.size());
    const auto lines = lines_of(*raw_, raw_->locations[position]);
    const auto begin = static_cast<std::uint32_t>(out_.lines.size());
    std::ranges::transform(lines, std::back_inserter(out_.lines), compact_line);
    out_.locations.push_back({.id = std::uint64_t{known} + 1,
                              .address = static_cast<std::uint64_t>(place),
                              .lines_begin = begin,
                              .lines_count = static_cast<std::uint32_t>(lines.size())});
    return known;
}

/// After merging: within a mapping, load addresses do not count.
bool Compactor::same_address(const RawLocation& a, const RawLocation& b) const {
    const auto first = mapping_positions_.find(a.mapping_id);
    const auto second = mapping_positions_.find(b.mapping_id);
    if (!first || !second) return a.address == b.address;
    const RawMapping& f = raw_->mappings[*first];
    const RawMapping& g = raw_->mappings[*second];
    if (mapping_key(*raw_, f) != mapping_key(*raw_, g)) return a.address == b.address;
    return a.address - f.memory_start == b.address - g.memory_start;
}

}  // namespace pgoprof
