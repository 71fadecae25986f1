// A Go program's ELF file: what code is at an address, without DWARF.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/result.h"

namespace pgoprof {

enum class Machine : std::uint8_t { x86_64, arm64 };

/// Where names and lines come from, the best first.
enum class SymbolSource : std::uint8_t {
    pclntab,      ///< Go's own table, which runtime/pprof reads, too; survives -ldflags="-s -w"
    dwarf,        ///< names, lines, inlining, and start lines from Go 1.21 on; no stack sizes
    elf_symbols,  ///< names only: nothing that PGO can use
};

/// One loaded part of the file. Addresses are as linked (before a PIE is moved), sizes in bytes.
struct Segment {
    std::uint64_t address = 0;
    std::uint64_t memory_size = 0;
    std::uint64_t file_offset = 0;
    std::uint64_t file_size = 0;
    bool executable = false;
};

struct BuildSetting {
    std::string_view key;  ///< "-pgo", "GOARCH", "vcs.revision", ...
    std::string_view value;
};

/// A function of the linker's; inlined ones have none of their own.
struct CodeFunction {
    std::uint64_t entry = 0;
    std::uint64_t end = 0;
    std::string_view name;  ///< as the linker has it: "main.(*T).f", "main.F[go.shape.int]"
    std::string_view file;
    std::int64_t start_line = 0;  ///< 0 where unknown
    bool is_top_frame = false;    ///< unwinding ends here (runtime.goexit, runtime.mstart, ...)
    bool writes_sp = false;       ///< and here, since what is above cannot be told (runtime.systemstack, ...)
    bool is_wrapper = false;
};

/// What runtime.CallersFrames gives for one place of the code.
struct CodeFrame {
    std::string_view function;
    std::string_view file;
    std::int64_t start_line = 0;  ///< of `function`; 0 where unknown
    std::int64_t line = 0;
};

/// The file is mapped, not copied; every view is valid as long as the GoBinary. Nothing in the file is trusted: what
/// contradicts itself is an error when it is opened, or "not known" afterwards. Safe to use from several threads.
/// Copies share the file.
class GoBinary {
public:
    /// ELF64, little-endian, x86-64 or arm64. Errors: io_failure; invalid_content for what is no such file, or has no
    /// symbols of any kind.
    static Result<GoBinary> open(const std::string& path);

    const std::string& path() const;
    Machine machine() const;
    SymbolSource source() const;
    std::string_view go_version() const;  ///< "go1.26.8"; empty if this is no Go program, or does not say
    std::span<const BuildSetting> settings() const;
    std::string_view build_id() const;     ///< of the note NT_GNU_BUILD_ID, in hex, as in pprof and perf; may be empty
    std::string_view go_build_id() const;  ///< of Go's own note; may be empty
    std::span<const Segment> segments() const;
    bool is_position_independent() const;

    /// The address, as linked, of a byte of the file that an executable segment loads.
    std::optional<std::uint64_t> address_at_offset(std::uint64_t file_offset) const;

    /// `address` is as linked here and below. Nothing outside Go's own code (C code, say).
    std::optional<CodeFunction> function_at(std::uint64_t address) const;
    /// Its entry alone, which costs less.
    std::optional<std::uint64_t> entry_at(std::uint64_t address) const;
    std::optional<CodeFunction> function_named(std::string_view name) const;

    /// All functions by entry address.
    std::size_t function_count() const;
    CodeFunction function(std::size_t index) const;

    /// Replaces `frames` by those at `address`: innermost first, the last is the function that is called; wrappers are
    /// left out as the runtime does, so that there may be none. A caller's `address` is its return address - 1.
    /// `callee_is_panic` tells whether the frame that `address` called is gopanic, panicwrap or sigpanic: wrappers
    /// that panic stay.
    void frames_at(std::uint64_t address, std::vector<CodeFrame>& frames, bool callee_is_panic = false) const;

    /// Bytes between the stack pointer and the return address when the instruction at `address` begins (pcsp). From
    /// pclntab alone.
    std::optional<std::int64_t> stack_delta(std::uint64_t address) const;

    /// The bytes [begin, begin + size) of code; fewer or none where the file has none.
    ByteView code(std::uint64_t begin, std::size_t size) const;

private:
    class Impl;
    explicit GoBinary(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

/// A direct call instruction.
struct CallInstruction {
    std::uint64_t address = 0;         ///< of the instruction
    std::uint64_t return_address = 0;  ///< of the one behind it
    std::uint64_t target = 0;
};

/// Replaces `calls` by the direct calls within `function` whose target is a function's entry, by address. Found by
/// scanning for the opcode, x86-64's or arm64's, so that data may look like a call, if very rarely.
void direct_calls(const GoBinary& binary, const CodeFunction& function, std::vector<CallInstruction>& calls);

/// The target of the direct call that returns to `return_address`; nothing if there is none (an indirect call).
std::optional<std::uint64_t> call_target(const GoBinary& binary, std::uint64_t return_address);

/// Whether the bytes before `return_address` are a call, direct or indirect. x86-64: of other bytes, a few in a hundred
/// look like one.
bool follows_call(const GoBinary& binary, std::uint64_t return_address);

}  // namespace pgoprof
