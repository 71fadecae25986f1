#include "pgoprof/binary/pclntab.h"

#include <algorithm>
#include <array>
#include <ranges>
#include <utility>

#include "pgoprof/binary/reader.h"

namespace pgoprof {
namespace {

constexpr std::uint8_t kTopFrame = 1;  // abi.FuncFlagTopFrame
constexpr std::uint8_t kWritesSp = 2;  // abi.FuncFlagSPWrite

/// Deeper than the compiler's budgets allow. A hostile table can send calls round in a circle.
constexpr std::size_t kMostInlined = 4096;

}  // namespace

Pclntab::Pclntab(const PclntabParts& parts) : parts_(parts) { find_ids(); }

std::unique_ptr<SymbolTable> Pclntab::find(const ElfFile& elf) {
    const auto parts = find_pclntab(elf);
    if (!parts) return nullptr;
    return std::unique_ptr<SymbolTable>(new Pclntab(*parts));
}

/// The functions themselves tell. Wrappers have none of their own, but in all versions the second number after
/// systemstack's (internal/abi/symtab.go). Runtime functions are near the front, so that few names are read.
void Pclntab::find_ids() {
    std::uint8_t systemstack = 0;
    const std::array<std::pair<std::string_view, std::uint8_t*>, 4> wanted = {{
        {"runtime.systemstack", &systemstack},
        {"runtime.gopanic", &ids_.gopanic},
        {"runtime.panicwrap", &ids_.panicwrap},
        {"runtime.sigpanic", &ids_.sigpanic},
    }};
    std::size_t left = wanted.size();
    for (std::uint32_t i = 0; i < parts_.function_count && left > 0; ++i) {
        const auto function = read_function(parts_, i);
        if (!function || function->id == 0) continue;
        const auto found =
            std::ranges::find(wanted, name_at(function->name), [](const auto& one) { return one.first; });
        if (found == wanted.end() || *found->second != 0) continue;
        *found->second = function->id;
        --left;
    }
    if (systemstack != 0) ids_.wrapper = static_cast<std::uint8_t>(systemstack + 2);
}

bool Pclntab::is_panic(std::uint8_t id) const {
    return id != 0 && (id == ids_.gopanic || id == ids_.panicwrap || id == ids_.sigpanic);
}

std::string_view Pclntab::name_at(std::int32_t offset) const {
    if (offset < 0) return {};
    return string_at(parts_.function_names, static_cast<std::uint64_t>(offset)).value_or("");
}

std::string_view Pclntab::name(std::size_t index) const {
    const auto record = read_function(parts_, static_cast<std::uint32_t>(index));
    return record ? name_at(record->name) : "";
}

CodeFunction Pclntab::function(std::size_t index) const {
    const auto at = static_cast<std::uint32_t>(index);
    CodeFunction function{.entry = entry(index), .end = entry(index + 1)};
    const auto record = read_function(parts_, at);
    if (!record) return function;
    PcValues values(parts_, function.entry);
    const CodeFrame frame = this->frame(*record, record->name, record->start_line, values, function.entry);
    function.name = name_at(record->name);
    function.file = frame.file;
    function.start_line = frame.start_line;
    function.is_top_frame = (record->flags & kTopFrame) != 0;
    function.writes_sp = (record->flags & kWritesSp) != 0;
    function.is_wrapper = is_wrapper(record->id);
    return function;
}

std::optional<std::size_t> Pclntab::index_at(std::uint64_t address) const {
    if (address < entry(0) || address >= entry(parts_.function_count)) return std::nullopt;
    const auto indices = std::views::iota(std::uint32_t{0}, parts_.function_count);
    const auto next = std::ranges::upper_bound(indices, address, {}, [&](std::uint32_t i) { return entry(i); });
    return *next - 1;
}

/// What runtime.funcline1 gives, "?" and all; and the runtime takes name 0, which the first function has, for none.
CodeFrame Pclntab::frame(const FunctionRecord& function, std::int32_t name, std::int32_t start_line, PcValues& values,
                         std::uint64_t address) const {
    CodeFrame frame{.function = name == 0 ? "" : name_at(name), .file = "?", .start_line = start_line, .line = 0};
    const std::int32_t file = values.at(function.file_table, address);
    const std::int32_t line = values.at(function.line_table, address);
    if (file < 0 || line == -1) return frame;
    frame.line = line;
    const std::uint64_t unit_file = std::uint64_t{function.unit} + static_cast<std::uint32_t>(file);
    const auto name_offset = read_at<std::uint32_t>(parts_.unit_files, unit_file * 4);
    if (name_offset && *name_offset != kNoOffset) frame.file = string_at(parts_.file_names, *name_offset).value_or("?");
    return frame;
}

void Pclntab::frames_at(std::uint64_t address, std::vector<CodeFrame>& frames, bool callee_is_panic) const {
    frames.clear();
    const auto index = index_at(address);
    const auto function = index ? read_function(parts_, static_cast<std::uint32_t>(*index)) : std::nullopt;
    if (!function) return;
    const std::uint64_t function_entry = entry(*index);
    PcValues values(parts_, function_entry);
    bool called_panics = callee_is_panic;
    for (std::size_t depth = 0; depth < kMostInlined; ++depth) {
        const std::int32_t number = values.at(function->inline_table, address);
        const auto call = read_inlined_call(parts_, function->inline_tree, number);
        const std::uint8_t id = call ? call->id : function->id;
        if (!is_wrapper(id) || called_panics) {
            frames.push_back(frame(*function, call ? call->name : function->name,
                                   call ? call->start_line : function->start_line, values, address));
        }
        if (!call) return;
        called_panics = is_panic(id);
        address = function_entry + static_cast<std::uint64_t>(std::int64_t{call->parent_pc});
    }
    frames.clear();
}

std::optional<std::int64_t> Pclntab::stack_delta(std::uint64_t address) const {
    const auto index = index_at(address);
    const auto function = index ? read_function(parts_, static_cast<std::uint32_t>(*index)) : std::nullopt;
    if (!function) return std::nullopt;
    const std::int32_t delta = PcValues(parts_, entry(*index)).at(function->stack_table, address);
    if (delta < 0) return std::nullopt;
    return delta;
}

}  // namespace pgoprof
