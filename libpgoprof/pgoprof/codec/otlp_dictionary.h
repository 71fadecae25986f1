// The tables that all profiles of an OTLP message share.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "pgoprof/codec/budgeted_builder.h"
#include "pgoprof/codec/otlp_wire.h"

namespace pgoprof {

/// Takes what is asked for from the message's tables into the profile that is built; the rest is never decoded.
class OtlpDictionary {
public:
    OtlpDictionary(const OtlpWire& wire, BudgetedBuilder& builder, Budget& budget)
        : wire_(wire), builder_(builder), budget_(budget) {}

    /// Notes where the entries of the tables stand. A message may bring its dictionary in parts.
    Result<> read(ByteView dictionary);
    /// After the last part.
    Result<> finish();

    std::size_t strings() const { return table(kStrings).size(); }
    std::size_t stacks() const { return table(kStacks).size(); }
    std::string_view string(std::uint32_t index) const { return as_text(table(kStrings)[index]); }

    /// Leaf first; valid until the next call.
    Result<std::span<const LocationId>> stack(std::uint32_t index);
    /// Nothing for a value that pprof's labels cannot hold.
    Result<std::optional<Label>> label(std::uint64_t index);

private:
    // Positions are those of the field numbers, less one.
    static constexpr std::size_t kMappings = 0, kLocations = 1, kFunctions = 2, kStrings = 4, kAttributes = 5,
                                 kStacks = 6, kTables = 7;
    using Table = std::vector<ByteView>;

    const Table& table(std::size_t kind) const { return tables_[kind]; }
    Result<LocationId> location(std::uint64_t index);
    Result<LocationId> read_location(ByteView message);
    Result<Line> read_line(ByteView message);
    Result<FunctionId> function(std::uint32_t index);
    Result<MappingId> mapping(std::uint32_t index);
    Result<std::string_view> build_id(const std::vector<std::uint64_t>& attributes);

    struct Attribute {
        std::uint32_t key = 0;
        std::uint32_t unit = 0;
        ByteView value;
    };
    Result<Attribute> attribute(std::uint64_t index) const;
    Result<std::optional<Label>> read_label(std::uint64_t index);

    const OtlpWire& wire_;
    BudgetedBuilder& builder_;
    Budget& budget_;
    std::array<Table, kTables> tables_;
    std::vector<std::optional<LocationId>> locations_;  ///< those that were asked for
    std::vector<std::optional<FunctionId>> functions_;
    std::vector<std::optional<MappingId>> mappings_;
    std::vector<std::optional<std::optional<Label>>> labels_;
    std::vector<std::uint64_t> indices_;
    std::vector<LocationId> stack_;
    std::optional<std::uint32_t> last_stack_;
};

}  // namespace pgoprof
