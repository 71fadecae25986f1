#include "pgoprof/codec/otlp_dictionary.h"

#include <fmt/format.h>

#include <bit>

namespace pgoprof {

Result<> OtlpDictionary::read(ByteView dictionary) {
    return wire_.each_field(dictionary, [&](const WireField& field) -> Result<> {
        if (field.number == 0 || field.number > kTables) return {};
        if (auto expected = wire_.expect(field, WireType::bytes); !expected) return expected;
        if (budget_.append(tables_[field.number - 1], field.data)) return {};
        return fail(no_memory("the dictionary has more entries than fit in memory"));
    });
}

Result<> OtlpDictionary::finish() {
    const std::size_t ids = table(kLocations).size() + table(kFunctions).size() + table(kMappings).size();
    const std::size_t labels = table(kAttributes).size();
    if (!budget_.charge(ids * sizeof(std::optional<LocationId>) + labels * sizeof(labels_[0]))) {
        return fail(no_memory("the dictionary has more entries than fit in memory"));
    }
    locations_.resize(table(kLocations).size());
    functions_.resize(table(kFunctions).size());
    mappings_.resize(table(kMappings).size());
    labels_.resize(labels);
    return {};
}

Result<std::span<const LocationId>> OtlpDictionary::stack(std::uint32_t index) {
    if (last_stack_ == index) return stack_;
    last_stack_.reset();
    indices_.clear();
    stack_.clear();
    const auto read = wire_.each_field(table(kStacks)[index], [&](const WireField& field) -> Result<> {
        return field.number == 1 ? wire_.append_varints(field, indices_) : Result<>();
    });
    if (!read) return std::unexpected(read.error());
    for (const std::uint64_t id : indices_) {
        const auto known = location(id);
        if (!known) return std::unexpected(known.error());
        stack_.push_back(*known);
    }
    last_stack_ = index;
    return stack_;
}

Result<LocationId> OtlpDictionary::location(std::uint64_t index) {
    if (index >= locations_.size()) {
        return fail({.message = fmt::format("a stack with location {}, which there is not", index)});
    }
    if (locations_[index]) return *locations_[index];
    const auto id = read_location(table(kLocations)[index]);
    if (id) locations_[index] = *id;
    return id;
}

Result<LocationId> OtlpDictionary::read_location(ByteView message) {
    std::uint32_t mapping_index = 0;
    std::uint64_t address = 0;
    std::vector<Line> lines;
    const auto read = wire_.each_field(message, [&](const WireField& field) -> Result<> {
        if (field.number == 1) return wire_.take_index(field, mappings_.size(), mapping_index);
        if (field.number == 2) return wire_.take(field, address);
        if (field.number != 3) return {};
        if (auto expected = wire_.expect(field, WireType::bytes); !expected) return expected;
        const auto line = read_line(field.data);
        if (!line) return std::unexpected(line.error());
        return budget_.append(lines, *line) ? Result<>() : fail(no_memory("a location with too many lines"));
    });
    if (!read) return std::unexpected(read.error());
    const auto place = mapping(mapping_index);
    if (!place) return std::unexpected(place.error());
    return builder_.location(*place, address, lines);
}

Result<Line> OtlpDictionary::read_line(ByteView message) {
    Line line;
    std::uint32_t index = 0;
    const auto read = wire_.each_field(message, [&](const WireField& field) -> Result<> {
        if (field.number == 1) return wire_.take_index(field, functions_.size(), index);
        if (field.number == 2) return wire_.take(field, line.line);
        if (field.number == 3) return wire_.take(field, line.column);
        return {};
    });
    if (!read) return std::unexpected(read.error());
    if (index == 0) return line;
    const auto id = function(index);
    if (!id) return std::unexpected(id.error());
    line.function = *id;
    return line;
}

Result<FunctionId> OtlpDictionary::function(std::uint32_t index) {
    if (functions_[index]) return *functions_[index];
    std::uint32_t name = 0;
    std::uint32_t system_name = 0;
    std::uint32_t file = 0;
    std::int64_t start_line = 0;
    const auto read = wire_.each_field(table(kFunctions)[index], [&](const WireField& field) -> Result<> {
        if (field.number == 1) return wire_.take_index(field, strings(), name);
        if (field.number == 2) return wire_.take_index(field, strings(), system_name);
        if (field.number == 3) return wire_.take_index(field, strings(), file);
        if (field.number == 4) return wire_.take(field, start_line);
        return {};
    });
    if (!read) return std::unexpected(read.error());
    const std::uint32_t known_name = name != 0 ? name : system_name;
    const auto id =
        builder_.function(known_name == 0 ? "" : string(known_name), file == 0 ? "" : string(file), start_line);
    if (id) functions_[index] = *id;
    return id;
}

Result<MappingId> OtlpDictionary::mapping(std::uint32_t index) {
    if (index == 0) return kNone<MappingId>;
    if (mappings_[index]) return *mappings_[index];
    Mapping mapping;
    std::uint32_t file = 0;
    std::vector<std::uint64_t> attributes;
    const auto read = wire_.each_field(table(kMappings)[index], [&](const WireField& field) -> Result<> {
        if (field.number == 1) return wire_.take(field, mapping.memory_start);
        if (field.number == 2) return wire_.take(field, mapping.memory_limit);
        if (field.number == 3) return wire_.take(field, mapping.file_offset);
        if (field.number == 4) return wire_.take_index(field, strings(), file);
        return field.number == 5 ? wire_.append_varints(field, attributes) : Result<>();
    });
    if (!read) return std::unexpected(read.error());
    const auto id = build_id(attributes);
    if (!id) return std::unexpected(id.error());
    const auto filename = builder_.string(file == 0 ? "" : string(file));
    if (!filename) return std::unexpected(filename.error());
    const auto build = builder_.string(*id);
    if (!build) return std::unexpected(build.error());
    mapping.filename = *filename;
    mapping.build_id = *build;
    auto& mappings = builder_.profile().mappings;
    if (!budget_.append(mappings, mapping)) return fail(no_memory("more mappings than fit in memory"));
    mappings_[index] = MappingId{static_cast<std::uint32_t>(mappings.size() - 1)};
    return *mappings_[index];
}

Result<std::string_view> OtlpDictionary::build_id(const std::vector<std::uint64_t>& attributes) {
    for (const std::uint64_t index : attributes) {
        const auto found = attribute(index);
        if (!found) return std::unexpected(found.error());
        if (string(found->key) != "process.executable.build_id.gnu") continue;
        std::string_view text;
        const auto read = wire_.each_field(found->value, [&](const WireField& field) -> Result<> {
            if (field.number == 1 && field.type == WireType::bytes) text = as_text(field.data);
            return {};
        });
        if (!read) return std::unexpected(read.error());
        return text;
    }
    return std::string_view();
}

Result<OtlpDictionary::Attribute> OtlpDictionary::attribute(std::uint64_t index) const {
    if (index >= table(kAttributes).size()) {
        return fail({.message = fmt::format("attribute {}, which there is not", index)});
    }
    Attribute out;
    const auto read = wire_.each_field(table(kAttributes)[index], [&](const WireField& field) -> Result<> {
        if (field.number == 1) return wire_.take_index(field, strings(), out.key);
        if (field.number == 2) return wire_.take(field, out.value);
        if (field.number == 3) return wire_.take_index(field, strings(), out.unit);
        return {};
    });
    if (!read) return std::unexpected(read.error());
    if (strings() == 0) return fail({.message = "attributes without a table of strings"});
    return out;
}

Result<std::optional<Label>> OtlpDictionary::label(std::uint64_t index) {
    if (index < labels_.size() && labels_[index]) return *labels_[index];
    auto label = read_label(index);
    if (label) labels_[index] = *label;
    return label;
}

Result<std::optional<Label>> OtlpDictionary::read_label(std::uint64_t index) {
    const auto found = attribute(index);
    if (!found) return std::unexpected(found.error());
    Label label;
    std::string text;
    bool holds = false;
    // AnyValue: string 1, bool 2, int 3, double 4.
    const auto read = wire_.each_field(found->value, [&](const WireField& field) -> Result<> {
        if (field.number < 1 || field.number > 4) return {};
        holds = true;
        if (field.number == 1 && field.type == WireType::bytes) text = as_text(field.data);
        if (field.number == 2) text = field.value != 0 ? "true" : "false";
        if (field.number == 3) label.num = static_cast<std::int64_t>(field.value);
        if (field.number == 4) text = fmt::format("{}", std::bit_cast<double>(field.value));
        return {};
    });
    if (!read) return std::unexpected(read.error());
    if (!holds) return std::optional<Label>();
    const auto key = builder_.string(string(found->key));
    if (!key) return std::unexpected(key.error());
    const auto value = builder_.string(text);
    if (!value) return std::unexpected(value.error());
    const auto unit = builder_.string(found->unit == 0 || !text.empty() ? "" : string(found->unit));
    if (!unit) return std::unexpected(unit.error());
    label.key = *key;
    label.str = *value;
    label.num_unit = *unit;
    return std::optional(label);
}

}  // namespace pgoprof
