// An ELF file as the loader sees it: segments, and sections where it has them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pgoprof/base/result.h"
#include "pgoprof/binary/go_binary.h"
#include "pgoprof/binary/mapped_file.h"

namespace pgoprof {

struct Section {
    std::string_view name;
    std::uint32_t type = 0;
    std::uint64_t address = 0;
    std::uint64_t size = 0;
    std::uint32_t link = 0;
    bool is_compressed = false;
    ByteView bytes;  ///< empty where the file has none of it
};

class ElfFile {
public:
    /// ELF64, little-endian, x86-64 or arm64, executable or PIE. Errors: io_failure, invalid_content.
    static Result<ElfFile> open(const std::string& path);

    const std::string& path() const { return path_; }
    ByteView bytes() const { return file_.bytes(); }
    Machine machine() const { return machine_; }
    bool is_position_independent() const { return is_position_independent_; }
    const std::vector<Segment>& segments() const { return segments_; }
    const std::vector<Section>& sections() const { return sections_; }
    const Section* section(std::string_view name) const;

    /// The contents of notes of `type` of `owner`; empty if there is none.
    ByteView note(std::string_view owner, std::uint32_t type) const;

    /// What the file has from `address` on, to the end of the segment; empty if nothing.
    ByteView bytes_from(std::uint64_t address) const;
    /// Exactly `size` bytes at `address`, or nothing.
    std::optional<ByteView> bytes_at(std::uint64_t address, std::uint64_t size) const;
    std::optional<std::uint64_t> address_at_offset(std::uint64_t file_offset) const;

    /// Where two words that lie side by side have the values `first` and `second` as linked: in place in writable
    /// segments, or as addends of RELATIVE relocations.
    std::vector<std::uint64_t> find_word_pairs(std::uint64_t first, std::uint64_t second) const;
    /// `count` words at `address` as linked; fewer where the file ends.
    std::vector<std::uint64_t> words_at(std::uint64_t address, std::size_t count) const;

private:
    Result<> read_header();
    Result<> read_segments(std::uint64_t offset, std::size_t count);
    void read_sections(std::uint64_t offset, std::size_t count, std::size_t names_index);
    void read_dynamic();

    std::string path_;
    MappedFile file_;
    Machine machine_ = Machine::x86_64;
    bool is_position_independent_ = false;
    std::vector<Segment> segments_;
    std::vector<bool> writable_;  ///< segment by segment
    std::vector<ByteView> notes_;
    ByteView dynamic_;
    std::vector<Section> sections_;
    ByteView relocations_;  ///< Elf64_Rela records
};

}  // namespace pgoprof
