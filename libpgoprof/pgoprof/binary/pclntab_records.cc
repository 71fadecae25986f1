#include "pgoprof/binary/pclntab_records.h"

namespace pgoprof {
namespace {

constexpr std::uint32_t kInlineIndexTable = 2;  // abi.PCDATA_InlTreeIndex
constexpr std::uint32_t kInlineTreeData = 3;    // abi.FUNCDATA_InlTree

/// What all versions have at the front of runtime._func.
struct FunctionHead {
    std::uint32_t entry_offset;
    std::int32_t name;
    std::uint32_t args;
    std::uint32_t deferreturn;
    std::uint32_t stack_table;
    std::uint32_t file_table;
    std::uint32_t line_table;
    std::uint32_t pc_table_count;
    std::uint32_t unit;
};

/// And what follows the start line, if there is one.
struct FunctionTail {
    std::uint8_t id;
    std::uint8_t flags;
    std::uint8_t padding;
    std::uint8_t data_count;
};

/// runtime.inlinedCall of Go 1.20 and later.
struct InlinedCallRecord {
    std::uint8_t id;
    std::uint8_t padding[3];
    std::int32_t name;
    std::int32_t parent_pc;
    std::int32_t start_line;
};

/// runtime.inlinedCall of Go 1.18 and 1.19.
struct OldInlinedCallRecord {
    std::int16_t parent;
    std::uint8_t id;
    std::uint8_t padding;
    std::int32_t file;
    std::int32_t line;
    std::int32_t name;
    std::int32_t parent_pc;
};

std::int32_t decode_zigzag(std::uint32_t value) { return static_cast<std::int32_t>((value >> 1) ^ (~(value & 1) + 1)); }

}  // namespace

std::uint32_t entry_offset(const PclntabParts& parts, std::uint32_t index) {
    return read_at<std::uint32_t>(parts.functions, std::uint64_t{index} * 8).value_or(0);
}

std::optional<FunctionRecord> read_function(const PclntabParts& parts, std::uint32_t index) {
    const auto at = read_at<std::uint32_t>(parts.functions, std::uint64_t{index} * 8 + 4);
    if (!at) return std::nullopt;
    const ByteView bytes = tail(parts.functions, *at);
    const auto head = read_at<FunctionHead>(bytes, 0);
    const std::uint64_t tail_at = sizeof(FunctionHead) + (parts.has_start_lines ? sizeof(std::int32_t) : 0);
    const auto rest = read_at<FunctionTail>(bytes, tail_at);
    if (!head || !rest) return std::nullopt;

    FunctionRecord record{.entry_offset = head->entry_offset,
                          .name = head->name,
                          .stack_table = head->stack_table,
                          .file_table = head->file_table,
                          .line_table = head->line_table,
                          .unit = head->unit,
                          .id = rest->id,
                          .flags = rest->flags};
    if (parts.has_start_lines) record.start_line = read_at<std::int32_t>(bytes, sizeof(FunctionHead)).value_or(0);
    const std::uint64_t tables_at = tail_at + sizeof(FunctionTail);
    if (head->pc_table_count > kInlineIndexTable)
        record.inline_table = read_at<std::uint32_t>(bytes, tables_at + kInlineIndexTable * 4).value_or(0);
    const std::uint64_t data_at = tables_at + std::uint64_t{head->pc_table_count} * 4;
    if (rest->data_count > kInlineTreeData)
        record.inline_tree = read_at<std::uint32_t>(bytes, data_at + kInlineTreeData * 4).value_or(kNoOffset);
    return record;
}

std::optional<InlinedCall> read_inlined_call(const PclntabParts& parts, std::uint32_t tree, std::int32_t index) {
    if (index < 0 || tree == kNoOffset) return std::nullopt;
    const auto position = static_cast<std::uint64_t>(index);
    if (!parts.has_start_lines) {
        const auto old =
            read_at<OldInlinedCallRecord>(parts.inline_trees, tree + position * sizeof(OldInlinedCallRecord));
        if (!old) return std::nullopt;
        return InlinedCall{.id = old->id, .name = old->name, .parent_pc = old->parent_pc};
    }
    const auto call = read_at<InlinedCallRecord>(parts.inline_trees, tree + position * sizeof(InlinedCallRecord));
    if (!call) return std::nullopt;
    return InlinedCall{
        .id = call->id, .name = call->name, .parent_pc = call->parent_pc, .start_line = call->start_line};
}

std::int32_t PcValues::at(std::uint32_t offset, std::uint64_t address) {
    if (offset == 0) return -1;
    ByteView table = tail(parts_->pc_values, offset);
    std::uint64_t pc = entry_;
    std::int32_t value = -1;
    while (steps_left_ > 0) {
        --steps_left_;
        const auto value_step = take_varint<std::uint32_t>(table);
        if (!value_step || (*value_step == 0 && pc != entry_)) break;
        const auto pc_step = take_varint<std::uint32_t>(table);
        if (!pc_step) break;
        value = static_cast<std::int32_t>(static_cast<std::uint32_t>(value) +
                                          static_cast<std::uint32_t>(decode_zigzag(*value_step)));
        pc += std::uint64_t{*pc_step} * parts_->pc_quantum;
        if (address < pc) return value;
    }
    return -1;
}

}  // namespace pgoprof
