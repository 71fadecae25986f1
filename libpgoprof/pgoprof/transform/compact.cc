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

}  // namespace

const RawProfile& Compactor::compact(const RawProfile& raw) {
    raw_ = &raw;
    out_.clear();
    mapping_positions_.build(raw.mappings);
    function_positions_.build(raw.functions);
    for (auto& positions : positions_) positions.assign(raw.locations.size(), kNone);
    copy_header();
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
    out_.stacks.push_back(location(stack[0], anywhere));
    if (stack.size() == 1) return;
    const RawLocation& from = raw_->locations[stack[1]];
    const RawLocation& to = raw_->locations[stack[0]];
    const bool apart = share_node(from, to) && !same_address(from, to);
    out_.stacks.push_back(location(stack[1], apart ? elsewhere : anywhere));
}

std::uint32_t Compactor::location(std::uint32_t position, Place place) {
    std::uint32_t& known = positions_[place][position];
    if (known != kNone) return known;
    known = static_cast<std::uint32_t>(out_.locations.size());
    const auto lines = lines_of(*raw_, raw_->locations[position]);
    const auto begin = static_cast<std::uint32_t>(out_.lines.size());
    std::ranges::transform(lines, std::back_inserter(out_.lines), [&](const RawLine& old) { return line(old); });
    out_.locations.push_back({.id = std::uint64_t{known} + 1,
                              .address = static_cast<std::uint64_t>(place),
                              .lines_begin = begin,
                              .lines_count = static_cast<std::uint32_t>(lines.size())});
    return known;
}

/// Whatever is one node to the compiler is one line here.
RawLine Compactor::line(const RawLine& line) const {
    return same_node(line, RawLine{}) ? RawLine{} : RawLine{.function_id = line.function_id, .line = line.line};
}

bool Compactor::share_node(const RawLocation& a, const RawLocation& b) const {
    return std::ranges::any_of(lines_of(*raw_, a), [&](const RawLine& first) {
        return std::ranges::any_of(lines_of(*raw_, b), [&](const RawLine& second) { return same_node(first, second); });
    });
}

/// As far as addresses do not decide.
bool Compactor::same_node(const RawLine& a, const RawLine& b) const {
    static constexpr RawFunction kNoFunction;
    const auto first = function_of(a);
    const auto second = function_of(b);
    const RawFunction& f = first ? raw_->functions[*first] : kNoFunction;
    const RawFunction& g = second ? raw_->functions[*second] : kNoFunction;
    return (first ? a.line : 0) == (second ? b.line : 0) && f.start_line == g.start_line &&
           raw_->string(f.name) == raw_->string(g.name);
}

std::optional<std::uint32_t> Compactor::function_of(const RawLine& line) const {
    return function_positions_.find(line.function_id);
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
