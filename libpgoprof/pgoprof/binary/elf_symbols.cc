#include "pgoprof/binary/elf_symbols.h"

#include <elf.h>

#include <algorithm>

#include "pgoprof/binary/reader.h"

namespace pgoprof {
namespace {

/// The name without what the linker adds where a function has two calling conventions.
std::string_view without_abi(std::string_view name) {
    for (const std::string_view suffix : {".abi0", ".abiinternal"}) {
        if (name.ends_with(suffix)) return name.substr(0, name.size() - suffix.size());
    }
    return name;
}

/// Calls `visit(symbol, name)` for each symbol of the table. Names may share their ends, but many times over only in a
/// hostile file.
template <typename Visit>
void for_each_symbol(const ElfFile& elf, Visit visit) {
    const Section* table = elf.section(".symtab");
    if (table == nullptr || table->link >= elf.sections().size()) return;
    const ByteView names = elf.sections()[table->link].bytes;
    std::uint64_t bytes_left = 16 * names.size();
    for (std::uint64_t at = 0; const auto symbol = read_at<Elf64_Sym>(table->bytes, at); at += sizeof(Elf64_Sym)) {
        const auto name = string_at(names, symbol->st_name);
        const std::uint64_t bytes_read =
            name ? name->size() : std::min(tail(names, symbol->st_name).size(), kLongestName);
        if (bytes_read > bytes_left) return;
        bytes_left -= bytes_read;
        if (name) visit(*symbol, *name);
    }
}

}  // namespace

std::unique_ptr<SymbolTable> ElfSymbols::find(const ElfFile& elf) {
    std::uint64_t text = 0;
    std::uint64_t text_end = 0;
    for_each_symbol(elf, [&](const Elf64_Sym& symbol, std::string_view name) {
        if (name == "runtime.text") text = symbol.st_value;
        if (name == "runtime.etext") text_end = symbol.st_value;
    });
    auto table = std::make_unique<ElfSymbols>();
    for_each_symbol(elf, [&](const Elf64_Sym& symbol, std::string_view name) {
        const bool is_code = symbol.st_value >= text && symbol.st_value < text_end && symbol.st_size > 0;
        if (!is_code || ELF64_ST_TYPE(symbol.st_info) != STT_FUNC) return;
        const std::uint64_t end = symbol.st_value + std::min(symbol.st_size, text_end - symbol.st_value);
        table->symbols_.push_back({symbol.st_value, end, without_abi(name)});
    });
    if (table->symbols_.empty()) return nullptr;
    std::ranges::stable_sort(table->symbols_, {}, &Symbol::entry);
    return table;
}

CodeFunction ElfSymbols::function(std::size_t index) const {
    const Symbol& symbol = symbols_[index];
    return {.entry = symbol.entry, .end = symbol.end, .name = symbol.name, .file = {}};
}

std::optional<std::size_t> ElfSymbols::index_at(std::uint64_t address) const {
    const auto next = std::ranges::upper_bound(symbols_, address, {}, &Symbol::entry);
    if (next == symbols_.begin() || address >= std::prev(next)->end) return std::nullopt;
    return static_cast<std::size_t>(std::prev(next) - symbols_.begin());
}

void ElfSymbols::frames_at(std::uint64_t address, std::vector<CodeFrame>& frames, bool /*callee_is_panic*/) const {
    frames.clear();
    if (const auto index = index_at(address)) frames.push_back({.function = symbols_[*index].name, .file = {}});
}

}  // namespace pgoprof
