// Functions by the ELF symbol table: the last resort, since it has names only.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "pgoprof/binary/elf_file.h"
#include "pgoprof/binary/symbol_table.h"

namespace pgoprof {

/// The functions between the linker's symbols runtime.text and runtime.etext, so that C code is left out.
class ElfSymbols final : public SymbolTable {
public:
    /// Nothing if the file has no symbols, or those of no Go program.
    static std::unique_ptr<SymbolTable> find(const ElfFile& elf);

    std::size_t function_count() const override { return symbols_.size(); }
    CodeFunction function(std::size_t index) const override;
    std::string_view name(std::size_t index) const override { return symbols_[index].name; }
    std::uint64_t entry(std::size_t index) const override { return symbols_[index].entry; }
    std::optional<std::size_t> index_at(std::uint64_t address) const override;
    void frames_at(std::uint64_t address, std::vector<CodeFrame>& frames, bool callee_is_panic) const override;
    std::optional<std::int64_t> stack_delta(std::uint64_t /*address*/) const override { return std::nullopt; }

private:
    struct Symbol {
        std::uint64_t entry = 0;
        std::uint64_t end = 0;
        std::string_view name;
    };

    std::vector<Symbol> symbols_;
};

}  // namespace pgoprof
