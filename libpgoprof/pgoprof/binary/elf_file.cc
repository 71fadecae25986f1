#include "pgoprof/binary/elf_file.h"

#include <elf.h>

#include <algorithm>
#include <limits>

#include "pgoprof/binary/reader.h"

namespace pgoprof {
namespace {

/// More than any linker writes; a hostile header may claim 65535 of each, and each costs a look-up.
constexpr std::size_t kMostSegments = 512;
constexpr std::size_t kMostSections = 4096;
constexpr std::size_t kMostSectionNames = std::size_t{1} << 20;  // bytes
constexpr std::size_t kMostMatches = 16;
constexpr std::size_t kMostNotes = 1U << 16;

std::unexpected<Error> not_usable(std::string message) {
    return fail(ErrorCode::invalid_content, std::move(message),
                "Go binaries can be read if they are 64-bit ELF files for x86-64 or arm64");
}

std::uint32_t relative_relocation(Machine machine) {
    return machine == Machine::x86_64 ? R_X86_64_RELATIVE : R_AARCH64_RELATIVE;
}

bool is_relative(const Elf64_Rela& relocation, Machine machine) {
    return ELF64_R_TYPE(relocation.r_info) == relative_relocation(machine);
}

std::uint64_t align_up(std::uint64_t value, std::uint64_t alignment) {
    return (value + alignment - 1) / alignment * alignment;
}

/// The note of that owner and type in one run of notes. `notes_left` are those that may still be looked at.
ByteView find_note(ByteView notes, std::string_view owner, std::uint32_t type, std::size_t& notes_left) {
    for (; notes_left > 0; --notes_left) {
        const auto header = read_at<Elf64_Nhdr>(notes, 0);
        if (!header) return {};
        const std::uint64_t contents_at = sizeof(Elf64_Nhdr) + align_up(header->n_namesz, 4);
        const auto name = slice(notes, sizeof(Elf64_Nhdr), header->n_namesz);
        const auto contents = slice(notes, contents_at, header->n_descsz);
        if (!name || !contents) return {};
        std::string_view text = as_text(*name);
        text = text.substr(0, text.find('\0'));
        if (text == owner && header->n_type == type) return *contents;
        notes = tail(notes, contents_at + align_up(header->n_descsz, 4));
    }
    return {};
}

}  // namespace

Result<ElfFile> ElfFile::open(const std::string& path) {
    auto file = MappedFile::open(path);
    if (!file) return fail(std::move(file.error()));
    ElfFile elf;
    elf.path_ = path;
    elf.file_ = std::move(*file);
    if (auto read = elf.read_header(); !read) return fail_in(path, std::move(read.error()));
    return elf;
}

Result<> ElfFile::read_header() {
    const auto header = read_at<Elf64_Ehdr>(bytes(), 0);
    if (!as_text(bytes()).starts_with(std::string_view(ELFMAG, SELFMAG))) return not_usable("is not an ELF file");
    if (!header) return not_usable("is cut short");
    if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB)
        return not_usable("is not a 64-bit little-endian ELF file");
    if (header->e_machine != EM_X86_64 && header->e_machine != EM_AARCH64)
        return not_usable("is for a machine other than x86-64 and arm64");
    if (header->e_type != ET_EXEC && header->e_type != ET_DYN) return not_usable("is no linked program");
    machine_ = header->e_machine == EM_X86_64 ? Machine::x86_64 : Machine::arm64;
    is_position_independent_ = header->e_type == ET_DYN;
    if (auto read = read_segments(header->e_phoff, header->e_phnum); !read) return read;
    if (header->e_shentsize == sizeof(Elf64_Shdr)) read_sections(header->e_shoff, header->e_shnum, header->e_shstrndx);
    read_dynamic();
    return {};
}

Result<> ElfFile::read_segments(std::uint64_t offset, std::size_t count) {
    if (count > kMostSegments) return not_usable("has too many segments");
    std::uint64_t loaded = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto header = read_at<Elf64_Phdr>(bytes(), offset + i * sizeof(Elf64_Phdr));
        if (!header) return not_usable("is cut short");
        const auto contents = slice(bytes(), header->p_offset, header->p_filesz);
        if (header->p_type == PT_NOTE && contents) notes_.push_back(*contents);
        if (header->p_type == PT_DYNAMIC && contents) dynamic_ = *contents;
        if (header->p_type != PT_LOAD) continue;
        if (!contents) return not_usable("is cut short");
        loaded += contents->size();
        if (loaded > 2 * bytes().size()) return not_usable("has segments that overlap");  // each is searched
        if (header->p_vaddr > std::numeric_limits<std::uint64_t>::max() - header->p_memsz)
            return not_usable("has a segment beyond the end of memory");
        segments_.push_back({.address = header->p_vaddr,
                             .memory_size = header->p_memsz,
                             .file_offset = header->p_offset,
                             .file_size = std::min(header->p_filesz, header->p_memsz),
                             .executable = (header->p_flags & PF_X) != 0});
        writable_.push_back((header->p_flags & PF_W) != 0);
    }
    if (segments_.empty()) return not_usable("has nothing to load");
    return {};
}

/// Nothing relies on sections alone: those that are not sound are passed over.
void ElfFile::read_sections(std::uint64_t offset, std::size_t count, std::size_t names_index) {
    const auto names_header = read_at<Elf64_Shdr>(bytes(), offset + names_index * sizeof(Elf64_Shdr));
    if (!names_header || names_index >= count) return;
    const auto names = slice(bytes(), names_header->sh_offset, names_header->sh_size);
    if (!names || names->size() > kMostSectionNames || count > kMostSections) return;
    sections_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto header = read_at<Elf64_Shdr>(bytes(), offset + i * sizeof(Elf64_Shdr));
        if (!header) return;
        Section& section = sections_.emplace_back();
        section.name = string_at(*names, header->sh_name).value_or("");
        section.type = header->sh_type;
        section.address = header->sh_addr;
        section.size = header->sh_size;
        section.link = header->sh_link;
        section.is_compressed = (header->sh_flags & SHF_COMPRESSED) != 0;
        if (header->sh_type != SHT_NOBITS)
            section.bytes = slice(bytes(), header->sh_offset, header->sh_size).value_or(ByteView{});
        if (header->sh_type == SHT_NOTE) notes_.push_back(section.bytes);
    }
}

void ElfFile::read_dynamic() {
    std::uint64_t address = 0;
    std::uint64_t size = 0;
    for (std::size_t at = 0; const auto entry = read_at<Elf64_Dyn>(dynamic_, at); at += sizeof(Elf64_Dyn)) {
        if (entry->d_tag == DT_NULL) break;
        if (entry->d_tag == DT_RELA) address = entry->d_un.d_ptr;
        if (entry->d_tag == DT_RELASZ) size = entry->d_un.d_val;
    }
    if (size != 0) relocations_ = bytes_at(address, size).value_or(ByteView{});
}

const Section* ElfFile::section(std::string_view name) const {
    const auto found = std::ranges::find(sections_, name, &Section::name);
    return found == sections_.end() ? nullptr : &*found;
}

ByteView ElfFile::note(std::string_view owner, std::uint32_t type) const {
    std::size_t notes_left = kMostNotes;
    for (const ByteView notes : notes_) {
        if (const ByteView contents = find_note(notes, owner, type, notes_left); !contents.empty()) return contents;
    }
    return {};
}

ByteView ElfFile::bytes_from(std::uint64_t address) const {
    for (const Segment& segment : segments_) {
        if (address < segment.address || address - segment.address >= segment.file_size) continue;
        const std::uint64_t skipped = address - segment.address;
        return bytes().subspan(segment.file_offset + skipped, segment.file_size - skipped);
    }
    return {};
}

std::optional<ByteView> ElfFile::bytes_at(std::uint64_t address, std::uint64_t size) const {
    return slice(bytes_from(address), 0, size);
}

std::optional<std::uint64_t> ElfFile::address_at_offset(std::uint64_t file_offset) const {
    for (const Segment& segment : segments_) {
        if (!segment.executable || file_offset < segment.file_offset) continue;
        if (file_offset - segment.file_offset < segment.file_size)
            return segment.address + (file_offset - segment.file_offset);
    }
    return std::nullopt;
}

std::vector<std::uint64_t> ElfFile::find_word_pairs(std::uint64_t first, std::uint64_t second) const {
    std::vector<std::uint64_t> found;
    for (std::size_t i = 0; i < segments_.size(); ++i) {
        if (!writable_[i]) continue;
        const std::uint64_t address = segments_[i].address;
        const ByteView data = bytes_from(address);
        for (std::uint64_t at = align_up(address, 8) - address; at + 16 <= data.size(); at += 8) {
            if (*read_at<std::uint64_t>(data, at) != first || *read_at<std::uint64_t>(data, at + 8) != second) continue;
            found.push_back(address + at);
            if (found.size() == kMostMatches) return found;
        }
    }
    std::vector<std::uint64_t> firsts;
    std::vector<std::uint64_t> seconds;
    for (std::size_t at = 0; const auto relocation = read_at<Elf64_Rela>(relocations_, at); at += sizeof(Elf64_Rela)) {
        if (!is_relative(*relocation, machine_)) continue;
        const auto addend = static_cast<std::uint64_t>(relocation->r_addend);
        if (addend == first && firsts.size() < kMostMatches) firsts.push_back(relocation->r_offset);
        if (addend == second && seconds.size() < kMostMatches) seconds.push_back(relocation->r_offset);
    }
    for (const std::uint64_t address : firsts) {
        if (std::ranges::find(seconds, address + 8) != seconds.end()) found.push_back(address);
    }
    return found;
}

std::vector<std::uint64_t> ElfFile::words_at(std::uint64_t address, std::size_t count) const {
    const ByteView data = bytes_from(address);
    std::vector<std::uint64_t> words;
    for (std::size_t i = 0; i < count; ++i) {
        const auto word = read_at<std::uint64_t>(data, i * 8);
        if (!word) break;
        words.push_back(*word);
    }
    for (std::size_t at = 0; const auto relocation = read_at<Elf64_Rela>(relocations_, at); at += sizeof(Elf64_Rela)) {
        const std::uint64_t index = (relocation->r_offset - address) / 8;
        if (relocation->r_offset < address || relocation->r_offset % 8 != address % 8 || index >= words.size())
            continue;
        if (is_relative(*relocation, machine_)) words[index] = static_cast<std::uint64_t>(relocation->r_addend);
    }
    return words;
}

}  // namespace pgoprof
