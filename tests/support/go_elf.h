// A Go program of five functions, laid out as Go's linker lays one out, in less than three kilobytes.
#pragma once

#include <cstdint>
#include <string>

namespace pgoprof::testing {

struct GoElfShape {
    bool arm64 = false;
    bool old_tables = false;            ///< Go 1.18's and 1.19's
    bool position_independent = false;  ///< the words of moduledata are relocations
    bool sections = true;
    bool symbols = false;                ///< .symtab
    std::size_t inline_trees_word = 40;  ///< of moduledata
    bool sound_pclntab = true;
};

/// runtime.gopanic, runtime.systemstack, main.leaf, main.outer and main.wrapper, 64 bytes each, in
/// "/src/main.go". main.outer has main.middle inlined from its byte 16, at line 31, and in that main.inner from byte
/// 32, at line 41, until byte 48; its byte 56 calls main.leaf. main.wrapper has main.leaf inlined from byte 16 on.
/// Stack sizes are 0 up to byte 8, then 24.
struct GoElf {
    std::string bytes;
    std::uint64_t text = 0;

    std::uint64_t function(std::size_t index) const { return text + index * 64; }
};

GoElf make_go_elf(const GoElfShape& shape);

}  // namespace pgoprof::testing
