#include "pgoprof/codec/budgeted_builder.h"

#include <fmt/format.h>

#include <array>

#include "pgoprof/model/invariants.h"

namespace pgoprof {
namespace {

// What a record takes at most, where its vector has just grown and its hash table is a quarter full.
constexpr std::uint64_t kStringBytes = 2 * 16 + 32;
constexpr std::uint64_t kFunctionBytes = 2 * sizeof(Function) + 32;
constexpr std::uint64_t kLocationBytes = 2 * sizeof(Location) + 32;
constexpr std::uint64_t kSampleBytes = 2 * sizeof(SampleBegin) + 32;

}  // namespace

Error too_large(std::string detail) {
    return to_error({Invariant::size_limit, {0, OffsetSpace::inflated}, std::move(detail)});
}

Error no_memory(std::string detail) { return over_budget({0, OffsetSpace::inflated}, std::move(detail)); }

Result<> BudgetedBuilder::charge(std::uint64_t bytes) {
    if (budget_.charge(bytes)) return {};
    return fail(no_memory("the profile needs more memory than a file of this size may"));
}

Result<StringId> BudgetedBuilder::string(std::string_view text) {
    if (text.size() > limits_.string_bytes) {
        return fail(too_large(fmt::format("a string of {} bytes", text.size())));
    }
    const std::uint64_t bytes = kStringBytes + 2 * text.size();
    if (auto charged = charge(bytes); !charged) return std::unexpected(charged.error());
    const std::uint32_t before = profile().strings.size();
    const StringId id = builder_.string(text);
    if (profile().strings.size() == before) budget_.refund(bytes);
    return id;
}

Result<FunctionId> BudgetedBuilder::function(std::string_view name, std::string_view file, std::int64_t start_line) {
    for (const std::string_view text : {name, file}) {
        if (const auto id = string(text); !id) return std::unexpected(id.error());
    }
    if (auto charged = charge(kFunctionBytes); !charged) return std::unexpected(charged.error());
    const std::size_t before = profile().functions.size();
    const FunctionId id = builder_.function(name, file, start_line);
    if (profile().functions.size() == before) budget_.refund(kFunctionBytes);
    return id;
}

Result<LocationId> BudgetedBuilder::location(MappingId mapping, std::uint64_t address, std::span<const Line> lines) {
    const std::uint64_t bytes = kLocationBytes + 2 * lines.size_bytes();
    if (auto charged = charge(bytes); !charged) return std::unexpected(charged.error());
    const std::size_t before = profile().locations.size();
    const LocationId id = builder_.location(mapping, address, lines);
    if (profile().locations.size() == before) budget_.refund(bytes);
    return id;
}

Result<LocationId> BudgetedBuilder::location(const NamedFrameText& frame) {
    const auto id = function(frame.name, frame.file, frame.start_line);
    if (!id) return std::unexpected(id.error());
    const std::array line{Line{.function = *id, .line = frame.line, .column = frame.column}};
    return location(kNone<MappingId>, 0, line);
}

Result<> BudgetedBuilder::add_sample(std::span<const LocationId> stack, std::span<const std::int64_t> values,
                                     std::span<const Label> labels) {
    if (stack.size() > limits_.stack_depth) return fail(too_large(fmt::format("a stack of {} frames", stack.size())));
    if (stack.size() > frames_left_) return fail(too_large("the stacks have more frames than any honest profile's"));
    frames_left_ -= stack.size();
    const std::uint64_t bytes = kSampleBytes + 2 * (stack.size_bytes() + values.size_bytes() + labels.size_bytes());
    if (auto charged = charge(bytes); !charged) return charged;
    const std::size_t before = profile().sample_count();
    auto added = builder_.add_sample(stack, values, labels);
    if (profile().sample_count() == before) budget_.refund(bytes);
    return added;
}

Result<> add_sample_type(BudgetedBuilder& builder, std::string_view type, std::string_view unit) {
    const auto type_id = builder.string(type);
    if (!type_id) return std::unexpected(type_id.error());
    const auto unit_id = builder.string(unit);
    if (!unit_id) return std::unexpected(unit_id.error());
    builder.profile().sample_types.push_back({*type_id, *unit_id});
    return {};
}

}  // namespace pgoprof
