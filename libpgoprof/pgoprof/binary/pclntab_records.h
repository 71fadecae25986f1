// The records of pclntab, as Go's linker writes and its runtime reads them (runtime/symtab.go, runtime/runtime2.go,
// runtime/symtabinl.go).
#pragma once

#include <cstdint>
#include <optional>

#include "pgoprof/binary/pclntab_header.h"
#include "pgoprof/binary/reader.h"

namespace pgoprof {

inline constexpr std::uint32_t kNoOffset = 0xffffffff;

/// runtime._func.
struct FunctionRecord {
    std::uint32_t entry_offset = 0;
    std::int32_t name = 0;
    std::uint32_t stack_table = 0;  ///< this and the next: offsets into the pc tables
    std::uint32_t file_table = 0;
    std::uint32_t line_table = 0;
    std::uint32_t inline_table = 0;         ///< 0: none
    std::uint32_t inline_tree = kNoOffset;  ///< offset into the inline trees
    std::uint32_t unit = 0;                 ///< of its compilation unit in the file table
    std::int32_t start_line = 0;
    std::uint8_t id = 0;
    std::uint8_t flags = 0;
};

/// runtime.inlinedCall.
struct InlinedCall {
    std::uint8_t id = 0;
    std::int32_t name = 0;
    std::int32_t parent_pc = 0;  ///< of the call, counted from the function's entry
    std::int32_t start_line = 0;
};

/// Entry, as an offset from the text, of function `index`; the one behind the last is where the code ends.
std::uint32_t entry_offset(const PclntabParts& parts, std::uint32_t index);

std::optional<FunctionRecord> read_function(const PclntabParts& parts, std::uint32_t index);

std::optional<InlinedCall> read_inlined_call(const PclntabParts& parts, std::uint32_t tree, std::int32_t index);

/// The values that one function's tables have at an address. Tables are read from their beginning, and a hostile one
/// can be long: all look-ups together may take so many steps only.
class PcValues {
public:
    PcValues(const PclntabParts& parts, std::uint64_t entry) : parts_(&parts), entry_(entry) {}

    /// -1 where the table at `offset` has none, as in runtime.pcvalue.
    std::int32_t at(std::uint32_t offset, std::uint64_t address);

private:
    const PclntabParts* parts_;
    std::uint64_t entry_;
    std::uint32_t steps_left_ = 1U << 24;
};

}  // namespace pgoprof
