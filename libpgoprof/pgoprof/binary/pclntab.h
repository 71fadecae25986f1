// Go's own table of functions, lines, inlining and stack sizes.
#pragma once

#include <cstdint>
#include <memory>

#include "pgoprof/binary/pclntab_header.h"
#include "pgoprof/binary/pclntab_records.h"
#include "pgoprof/binary/symbol_table.h"

namespace pgoprof {

/// Answers as the runtime of the same program does (runtime/symtab.go, runtime/traceback.go).
class Pclntab final : public SymbolTable {
public:
    /// Nothing if the file has no pclntab that is sound.
    static std::unique_ptr<SymbolTable> find(const ElfFile& elf);

    std::size_t function_count() const override { return parts_.function_count; }
    CodeFunction function(std::size_t index) const override;
    std::string_view name(std::size_t index) const override;
    std::uint64_t entry(std::size_t index) const override {
        return parts_.text + entry_offset(parts_, static_cast<std::uint32_t>(index));
    }
    std::optional<std::size_t> index_at(std::uint64_t address) const override;
    void frames_at(std::uint64_t address, std::vector<CodeFrame>& frames, bool callee_is_panic) const override;
    std::optional<std::int64_t> stack_delta(std::uint64_t address) const override;

private:
    /// Numbers that the compiler gives to functions that the runtime treats specially. They differ between versions.
    struct FunctionIds {
        std::uint8_t wrapper = 0;  ///< 0: not known
        std::uint8_t gopanic = 0;
        std::uint8_t panicwrap = 0;
        std::uint8_t sigpanic = 0;
    };

    explicit Pclntab(const PclntabParts& parts);
    void find_ids();
    bool is_wrapper(std::uint8_t id) const { return id != 0 && id == ids_.wrapper; }
    bool is_panic(std::uint8_t id) const;
    std::string_view name_at(std::int32_t offset) const;
    CodeFrame frame(const FunctionRecord& function, std::int32_t name, std::int32_t start_line, PcValues& values,
                    std::uint64_t address) const;

    PclntabParts parts_;
    FunctionIds ids_;
};

}  // namespace pgoprof
