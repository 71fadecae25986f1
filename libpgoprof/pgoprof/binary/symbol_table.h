// What pclntab, DWARF and the ELF symbol table have in common: functions by address.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "pgoprof/binary/go_binary.h"

namespace pgoprof {

/// Functions are numbered by entry address. See GoBinary for what each gives.
class SymbolTable {
public:
    virtual ~SymbolTable() = default;

    virtual std::size_t function_count() const = 0;
    virtual CodeFunction function(std::size_t index) const = 0;
    virtual std::string_view name(std::size_t index) const = 0;
    virtual std::uint64_t entry(std::size_t index) const = 0;
    virtual std::optional<std::size_t> index_at(std::uint64_t address) const = 0;
    virtual void frames_at(std::uint64_t address, std::vector<CodeFrame>& frames, bool callee_is_panic) const = 0;
    virtual std::optional<std::int64_t> stack_delta(std::uint64_t address) const = 0;

protected:
    SymbolTable() = default;
    SymbolTable(const SymbolTable&) = default;
    SymbolTable& operator=(const SymbolTable&) = default;
};

}  // namespace pgoprof
