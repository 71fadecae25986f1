// Functions, lines and inlining by DWARF, for programs whose pclntab cannot be read.
#pragma once

#include <memory>

#include "pgoprof/binary/elf_file.h"
#include "pgoprof/binary/symbol_table.h"

namespace pgoprof {

/// What the compile units of Go code say. They are read when the first function is asked for. Nothing if the file has
/// no DWARF of Go code.
std::unique_ptr<SymbolTable> find_dwarf(const ElfFile& elf);

}  // namespace pgoprof
