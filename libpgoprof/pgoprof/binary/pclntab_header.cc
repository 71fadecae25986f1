#include "pgoprof/binary/pclntab_header.h"

#include <algorithm>
#include <array>
#include <vector>

#include "pgoprof/binary/pclntab_records.h"
#include "pgoprof/binary/reader.h"

namespace pgoprof {
namespace {

constexpr std::uint32_t kMagic118 = 0xfffffff0;
constexpr std::uint32_t kMagic120 = 0xfffffff1;
constexpr std::size_t kMostCandidates = 16;

/// runtime.pcHeader. `text_start` is no longer set since Go 1.26.
struct Header {
    std::uint32_t magic;
    std::uint16_t zeros;
    std::uint8_t pc_quantum;
    std::uint8_t pointer_size;
    std::uint64_t function_count;
    std::uint64_t file_count;
    std::uint64_t text_start;
    std::uint64_t function_names;
    std::uint64_t unit_files;
    std::uint64_t file_names;
    std::uint64_t pc_values;
    std::uint64_t functions;
};

std::optional<Header> read_header(ByteView bytes, Machine machine) {
    const auto header = read_at<Header>(bytes, 0);
    if (!header || (header->magic != kMagic118 && header->magic != kMagic120)) return std::nullopt;
    const std::uint8_t quantum = machine == Machine::x86_64 ? 1 : 4;
    if (header->zeros != 0 || header->pc_quantum != quantum || header->pointer_size != 8) return std::nullopt;
    const std::array offsets = {header->function_names, header->unit_files, header->file_names, header->pc_values,
                                header->functions};
    if (!std::ranges::is_sorted(offsets) || offsets.front() == 0 || offsets.back() >= bytes.size()) return std::nullopt;
    if (header->function_count == 0 || header->function_count >= (bytes.size() - header->functions) / 8)
        return std::nullopt;
    return header;
}

/// Where pclntab may lie: what its sections say, or else wherever it may begin.
std::vector<std::uint64_t> candidate_addresses(const ElfFile& elf) {
    std::vector<std::uint64_t> addresses;
    for (const std::string_view name : {".gopclntab", ".data.rel.ro.gopclntab"}) {
        const Section* section = elf.section(name);
        if (section != nullptr && read_header(elf.bytes_from(section->address), elf.machine()))
            addresses.push_back(section->address);
    }
    if (!addresses.empty()) return addresses;
    for (const Segment& segment : elf.segments()) {
        const ByteView bytes = elf.bytes_from(segment.address);
        for (std::uint64_t at = (8 - segment.address % 8) % 8; at < bytes.size(); at += 8) {
            const auto magic = read_at<std::uint32_t>(bytes, at);
            if (magic != kMagic120 && magic != kMagic118) continue;
            if (!read_header(bytes.subspan(at), elf.machine())) continue;
            addresses.push_back(segment.address + at);
            if (addresses.size() == kMostCandidates) return addresses;
        }
    }
    return addresses;
}

/// The words of runtime.moduledata that are read here. Slices take three: address, length, capacity.
namespace word {
constexpr std::size_t kHeader = 0, kFunctionNames = 1, kUnitFiles = 4, kFileNames = 7, kPcValues = 10, kFunctions = 13,
                      kFunctionTable = 16, kFirstPc = 20, kLastPc = 21, kText = 22, kCount = 52;
/// go:func.*: Go 1.20 to 1.26, 1.27, 1.18 to 1.19, and where a version yet to come may have it.
constexpr std::size_t kInlineTrees[] = {40, 43, 38, 44, 42, 41, 39, 45, 46, 47, 48, 37, 36};
}  // namespace word

using Words = std::vector<std::uint64_t>;

/// Is this the moduledata of the pclntab at `address`, rather than words that happen to look like it?
bool describes(const Words& module, const Header& header, std::uint64_t address) {
    return module.size() == word::kCount && module[word::kHeader] == address &&
           module[word::kFunctionNames] == address + header.function_names &&
           module[word::kUnitFiles] == address + header.unit_files &&
           module[word::kFileNames] == address + header.file_names &&
           module[word::kPcValues] == address + header.pc_values &&
           module[word::kFunctions] == address + header.functions &&
           module[word::kFunctionTable] == address + header.functions;
}

std::vector<std::uint64_t> module_addresses(const ElfFile& elf, const Header& header, std::uint64_t address) {
    if (const Section* section = elf.section(".go.module")) {
        if (describes(elf.words_at(section->address, word::kCount), header, address)) return {section->address};
    }
    return elf.find_word_pairs(address, address + header.function_names);
}

/// Entries must rise, and lie between the ends that moduledata names.
bool is_sorted_table(const PclntabParts& parts, const Words& module) {
    const std::uint64_t first = parts.text + entry_offset(parts, 0);
    const std::uint64_t last = parts.text + entry_offset(parts, parts.function_count);
    if (first != module[word::kFirstPc] || last != module[word::kLastPc]) return false;
    for (std::uint32_t i = 0; i < parts.function_count; ++i) {
        if (entry_offset(parts, i) > entry_offset(parts, i + 1)) return false;
    }
    return true;
}

std::optional<PclntabParts> read_parts(ByteView table, const Header& header, const Words& module) {
    const auto names = slice(table, header.function_names, module[word::kFunctionNames + 1]);
    const auto units = slice(table, header.unit_files, module[word::kUnitFiles + 1] * 4);
    const auto files = slice(table, header.file_names, module[word::kFileNames + 1]);
    const auto values = slice(table, header.pc_values, module[word::kPcValues + 1]);
    const auto functions = slice(table, header.functions, module[word::kFunctions + 1]);
    if (!names || !units || !files || !values || !functions) return std::nullopt;
    if (header.function_count >= functions->size() / 8) return std::nullopt;
    PclntabParts parts{.has_start_lines = header.magic == kMagic120,
                       .pc_quantum = header.pc_quantum,
                       .function_count = static_cast<std::uint32_t>(header.function_count),
                       .text = module[word::kText],
                       .function_names = *names,
                       .unit_files = *units,
                       .file_names = *files,
                       .pc_values = *values,
                       .functions = *functions,
                       .inline_trees = {}};
    if (!is_sorted_table(parts, module)) return std::nullopt;
    return parts;
}

bool begins_a_name(const PclntabParts& parts, std::int32_t offset) {
    if (offset <= 0) return offset == 0;
    return read_at<char>(parts.function_names, static_cast<std::uint64_t>(offset) - 1) == '\0';
}

bool is_sound_tree(const PclntabParts& parts, std::uint32_t index, const FunctionRecord& function) {
    constexpr std::uint8_t kMostIds = 64;
    const auto call = read_inlined_call(parts, function.inline_tree, 0);
    const std::uint32_t size = entry_offset(parts, index + 1) - function.entry_offset;
    return call && call->id < kMostIds && begins_a_name(parts, call->name) && call->parent_pc >= 0 &&
           static_cast<std::uint32_t>(call->parent_pc) < size && call->start_line >= 0;
}

/// Are these the inline trees? The first calls inlined into so many functions tell; a few may be unlike all that is
/// known.
bool has_inline_trees(const PclntabParts& parts) {
    constexpr std::size_t kEnough = 256;
    std::size_t checked = 0;
    std::size_t sound = 0;
    for (std::uint32_t i = 0; i < parts.function_count && checked < kEnough; ++i) {
        const auto function = read_function(parts, i);
        if (!function || function->inline_tree == kNoOffset) continue;
        ++checked;
        if (is_sound_tree(parts, i, *function)) ++sound;
    }
    return sound * 10 >= checked * 9;
}

bool find_inline_trees(const ElfFile& elf, const Words& module, PclntabParts& parts) {
    return std::ranges::any_of(word::kInlineTrees, [&](std::size_t at) {
        parts.inline_trees = elf.bytes_from(module[at]);
        return has_inline_trees(parts);
    });
}

}  // namespace

std::optional<PclntabParts> find_pclntab(const ElfFile& elf) {
    for (const std::uint64_t address : candidate_addresses(elf)) {
        const ByteView table = elf.bytes_from(address);
        const auto header = read_header(table, elf.machine());
        if (!header) continue;
        for (const std::uint64_t module_at : module_addresses(elf, *header, address)) {
            const Words module = elf.words_at(module_at, word::kCount);
            if (!describes(module, *header, address)) continue;
            auto parts = read_parts(table, *header, module);
            if (parts && find_inline_trees(elf, module, *parts)) return parts;
        }
    }
    return std::nullopt;
}

}  // namespace pgoprof
