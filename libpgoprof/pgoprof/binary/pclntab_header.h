// Where pclntab and what belongs to it lie in the file.
#pragma once

#include <cstdint>
#include <optional>

#include "pgoprof/base/bytes.h"
#include "pgoprof/binary/elf_file.h"

namespace pgoprof {

/// The parts of pclntab, and what the linker's moduledata says of the code that it describes. All are views of the
/// file.
struct PclntabParts {
    bool has_start_lines = false;  ///< since Go 1.20; inlined calls are recorded otherwise, too
    std::uint32_t pc_quantum = 1;  ///< bytes of the shortest instruction
    std::uint32_t function_count = 0;
    std::uint64_t text = 0;  ///< address that the table counts from
    ByteView function_names;
    ByteView unit_files;  ///< u32: offsets into `file_names`
    ByteView file_names;
    ByteView pc_values;
    ByteView functions;     ///< {entry u32, record u32} for each, the end of the last one, then the records
    ByteView inline_trees;  ///< go:func.*: what a function's inline tree is an offset into
};

/// Finds pclntab by its section or, without sections, by its first bytes; then moduledata, which points to it. Nothing
/// if there is none, or none that is sound.
std::optional<PclntabParts> find_pclntab(const ElfFile& elf);

}  // namespace pgoprof
