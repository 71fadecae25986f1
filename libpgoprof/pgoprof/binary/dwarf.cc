#include "pgoprof/binary/dwarf.h"

#include <dwarf.h>
#include <elf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pgoprof/binary/reader.h"

namespace pgoprof {
namespace {

/// Entries of DWARF that may be looked at, and how many more for each question: of a hostile file there may be a
/// million to a function, each with a million ranges.
constexpr std::size_t kMostEntries = 1U << 25;
constexpr std::size_t kEntriesOfFrame = 1U << 14;
constexpr std::size_t kMostInlined = 4096;

/// Abbreviations of all units, of which libdw keeps what it has read for each: a hundred bytes. Go has some hundred.
constexpr std::size_t kMostAbbreviations = 1U << 20;

/// What libdw may inflate: this, and so much for each byte of the file. Debug information compresses to a third.
constexpr std::uint64_t kMostInflated = std::uint64_t{1} << 20;
constexpr std::uint64_t kMostInflation = 4;

/// libdw reads the file itself: what it inflates it writes back to what it takes for its own memory.
class DwarfFile {
public:
    explicit DwarfFile(const std::string& path)
        : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), dwarf_(fd_ < 0 ? nullptr : dwarf_begin(fd_, DWARF_C_READ)) {}
    DwarfFile(const DwarfFile&) = delete;
    DwarfFile& operator=(const DwarfFile&) = delete;
    ~DwarfFile() {
        dwarf_end(dwarf_);
        if (fd_ >= 0) ::close(fd_);
    }

    Dwarf* get() const { return dwarf_; }

private:
    int fd_;
    Dwarf* dwarf_;
};

struct Function {
    std::uint64_t entry = 0;
    std::uint64_t end = 0;
    Dwarf_Off die = 0;
    std::string_view name;
};

std::string_view text_or_empty(const char* text) { return text == nullptr ? std::string_view() : text; }

std::string_view name_of(Dwarf_Die& die) {
    Dwarf_Attribute attribute;
    return text_or_empty(dwarf_formstring(dwarf_attr_integrate(&die, DW_AT_name, &attribute)));
}

/// A number that the entry has, or what it is an instance of; 0 if neither.
std::uint64_t number_of(Dwarf_Die& die, unsigned attribute_code) {
    Dwarf_Attribute attribute;
    Dwarf_Word value = 0;
    if (dwarf_formudata(dwarf_attr_integrate(&die, attribute_code, &attribute), &value) != 0) return 0;
    return value;
}

bool has_flag(Dwarf_Die& die, unsigned attribute_code) {
    Dwarf_Attribute attribute;
    bool flag = false;
    return dwarf_formflag(dwarf_attr_integrate(&die, attribute_code, &attribute), &flag) == 0 && flag;
}

bool is_go(Dwarf_Die& unit) { return dwarf_srclang(&unit) == DW_LANG_Go; }

/// Calls `visit(unit)` for each compile unit of Go code until it gives false.
template <typename Visit>
void for_each_unit(Dwarf* dwarf, Visit visit) {
    Dwarf_Off offset = 0;
    Dwarf_Off next = 0;
    std::size_t header_size = 0;
    while (dwarf_nextcu(dwarf, offset, &next, &header_size, nullptr, nullptr, nullptr) == 0 && next > offset) {
        Dwarf_Die unit;
        const bool found = dwarf_offdie(dwarf, offset + header_size, &unit) != nullptr;
        if (found && is_go(unit) && !visit(unit)) return;
        offset = next;
    }
}

/// The abbreviations of a unit, up to `most`.
std::size_t count_abbreviations(Dwarf* dwarf, Dwarf_Off unit_offset, std::size_t most) {
    Dwarf_Die unit;
    if (dwarf_offdie(dwarf, unit_offset, &unit) == nullptr) return 0;
    std::size_t count = 0;
    std::size_t size = 0;
    for (Dwarf_Off offset = 0; count < most; offset += size, ++count) {
        const Dwarf_Abbrev* const found = dwarf_getabbrev(&unit, offset, &size);
        if (found == nullptr || found == DWARF_END_ABBREV) break;
    }
    return count;
}

/// Units may share a table, as all of Go's do: it is counted, and read, for the first.
bool has_too_many_abbreviations(Dwarf* dwarf) {
    std::size_t left = kMostAbbreviations;
    std::optional<Dwarf_Off> counted;
    std::size_t count = 0;
    Dwarf_Off offset = 0;
    Dwarf_Off next = 0;
    Dwarf_Off table = 0;
    std::size_t header_size = 0;
    while (dwarf_nextcu(dwarf, offset, &next, &header_size, &table, nullptr, nullptr) == 0 && next > offset) {
        if (std::exchange(counted, table) != table)
            count = 1 + count_abbreviations(dwarf, offset + header_size, kMostAbbreviations);
        if (count > left) return true;
        left -= count;
        offset = next;
    }
    return false;
}

/// Whether the code of `die` has `address`, as dwarf_haspc tells it; entries and ranges are counted alike.
bool has_code_at(Dwarf_Die& die, std::uint64_t address, std::size_t& entries_left) {
    Dwarf_Addr base = 0;
    Dwarf_Addr begin = 0;
    Dwarf_Addr end = 0;
    for (std::ptrdiff_t at = 0; entries_left > 0; --entries_left) {
        at = dwarf_ranges(&die, at, &base, &begin, &end);
        if (at <= 0) return false;
        if (address >= begin && address < end) return true;
    }
    return false;
}

/// The innermost child of `parent`, of those that can hold inlined calls, whose code has `address`.
bool find_child(Dwarf_Die& parent, std::uint64_t address, std::size_t& entries_left, Dwarf_Die& child) {
    for (int more = dwarf_child(&parent, &child); more == 0; more = dwarf_siblingof(&child, &child)) {
        if (entries_left == 0) return false;
        --entries_left;
        const int tag = dwarf_tag(&child);
        if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_lexical_block) continue;
        if (has_code_at(child, address, entries_left)) return true;
    }
    return false;
}

/// Frames as DWARF nests them, the function first, and the place within the innermost.
class FrameWalk {
public:
    FrameWalk(Dwarf_Die function, std::uint64_t address, std::size_t& entries_left) : chain_{function} {
        Dwarf_Die child;
        for (Dwarf_Die parent = function; find_child(parent, address, entries_left, child); parent = child) {
            if (dwarf_tag(&child) == DW_TAG_inlined_subroutine) chain_.push_back(child);
            if (chain_.size() > kMostInlined) break;
        }
        Dwarf_Die unit;
        if (dwarf_diecu(&function, &unit, nullptr, nullptr) == nullptr) return;
        if (dwarf_getsrcfiles(&unit, &files_, &file_count_) != 0) files_ = nullptr;
        read_line(unit, address);
    }

    /// Replaces `frames`, the innermost first. Wrappers are left out unless what they call panics.
    void put(std::vector<CodeFrame>& frames, bool called_panics) {
        frames.clear();
        std::string_view file = file_;
        std::int64_t line = line_;
        for (auto die = chain_.rbegin(); die != chain_.rend(); ++die) {
            const std::string_view name = name_of(*die);
            if (called_panics || !has_flag(*die, DW_AT_trampoline)) {
                frames.push_back({.function = name,
                                  .file = file,
                                  .start_line = static_cast<std::int64_t>(number_of(*die, DW_AT_decl_line)),
                                  .line = line});
            }
            called_panics = name == "runtime.gopanic" || name == "runtime.panicwrap" || name == "runtime.sigpanic";
            file = file_name(number_of(*die, DW_AT_call_file));
            line = static_cast<std::int64_t>(number_of(*die, DW_AT_call_line));
        }
    }

private:
    std::string_view file_name(std::uint64_t number) const {
        if (files_ == nullptr || number >= file_count_) return {};
        return text_or_empty(dwarf_filesrc(files_, number, nullptr, nullptr));
    }

    void read_line(Dwarf_Die& unit, std::uint64_t address) {
        Dwarf_Line* const found = dwarf_getsrc_die(&unit, address);
        if (found == nullptr) return;
        int number = 0;
        if (dwarf_lineno(found, &number) == 0) line_ = number;
        file_ = text_or_empty(dwarf_linesrc(found, nullptr, nullptr));
    }

    std::vector<Dwarf_Die> chain_;
    Dwarf_Files* files_ = nullptr;
    std::size_t file_count_ = 0;
    std::string_view file_;
    std::int64_t line_ = 0;
};

/// libdw keeps what it has read, so that one thread at a time may ask.
class DwarfTable final : public SymbolTable {
public:
    explicit DwarfTable(const std::string& path) : dwarf_(path) {}

    bool has_go_code() const {
        bool has_go = false;
        if (dwarf_.get() == nullptr || has_too_many_abbreviations(dwarf_.get())) return false;
        for_each_unit(dwarf_.get(), [&](Dwarf_Die& /*unit*/) {
            has_go = true;
            return false;
        });
        return has_go;
    }

    std::size_t function_count() const override { return functions().size(); }
    std::string_view name(std::size_t index) const override { return functions()[index].name; }
    std::uint64_t entry(std::size_t index) const override { return functions()[index].entry; }
    std::optional<std::int64_t> stack_delta(std::uint64_t /*address*/) const override { return std::nullopt; }

    CodeFunction function(std::size_t index) const override {
        const Function& known = functions()[index];
        CodeFunction function{.entry = known.entry, .end = known.end, .name = known.name, .file = {}};
        const std::scoped_lock lock(mutex_);
        Dwarf_Die die;
        if (dwarf_offdie(dwarf_.get(), known.die, &die) == nullptr) return function;
        Dwarf_Attribute origin;
        Dwarf_Die declared = die;
        if (dwarf_attr(&die, DW_AT_abstract_origin, &origin) != nullptr) dwarf_formref_die(&origin, &declared);
        function.file = text_or_empty(dwarf_decl_file(&declared));
        function.start_line = static_cast<std::int64_t>(number_of(die, DW_AT_decl_line));
        function.is_wrapper = has_flag(die, DW_AT_trampoline);
        return function;
    }

    std::optional<std::size_t> index_at(std::uint64_t address) const override {
        const auto& all = functions();
        const auto next = std::ranges::upper_bound(all, address, {}, &Function::entry);
        if (next == all.begin() || address >= std::prev(next)->end) return std::nullopt;
        return static_cast<std::size_t>(std::prev(next) - all.begin());
    }

    void frames_at(std::uint64_t address, std::vector<CodeFrame>& frames, bool callee_is_panic) const override {
        frames.clear();
        const auto index = index_at(address);
        if (!index) return;
        const std::scoped_lock lock(mutex_);
        Dwarf_Die die;
        if (dwarf_offdie(dwarf_.get(), functions_[*index].die, &die) == nullptr) return;
        entries_left_ += kEntriesOfFrame;
        FrameWalk(die, address, entries_left_).put(frames, callee_is_panic);
    }

private:
    const std::vector<Function>& functions() const {
        std::call_once(read_, [this] {
            for_each_unit(dwarf_.get(), [this](Dwarf_Die& unit) { return read_unit(unit); });
            std::ranges::stable_sort(functions_, {}, &Function::entry);
        });
        return functions_;
    }

    /// False once too much has been read.
    bool read_unit(Dwarf_Die& unit) const {
        Dwarf_Die child;
        for (int more = dwarf_child(&unit, &child); more == 0; more = dwarf_siblingof(&child, &child)) {
            if (entries_left_ == 0) return false;
            --entries_left_;
            if (dwarf_tag(&child) != DW_TAG_subprogram) continue;
            Dwarf_Addr entry = 0;
            Dwarf_Addr end = 0;
            if (dwarf_lowpc(&child, &entry) != 0 || dwarf_highpc(&child, &end) != 0 || entry >= end) continue;
            functions_.push_back({entry, end, dwarf_dieoffset(&child), name_of(child)});
        }
        return true;
    }

    DwarfFile dwarf_;
    mutable std::mutex mutex_;
    mutable std::once_flag read_;
    mutable std::vector<Function> functions_;
    mutable std::size_t entries_left_ = kMostEntries;
};

/// The size of a section that is compressed, as it says; 0 for others.
std::uint64_t inflated_size(const Section& section) {
    if (section.is_compressed) {
        const auto header = read_at<Elf64_Chdr>(section.bytes, 0);
        return header ? header->ch_size : 0;
    }
    const auto size = read_at<std::uint64_t>(section.bytes, 4);  // as ".zdebug_info" begins: "ZLIB", big-endian
    return size && as_text(section.bytes).starts_with("ZLIB") ? std::byteswap(*size) : 0;
}

/// By libdw, which trusts the file more: with sections that we have looked at.
bool may_be_read(const ElfFile& elf) {
    if (elf.section(".debug_info") == nullptr && elf.section(".zdebug_info") == nullptr) return false;
    std::uint64_t left = kMostInflated + kMostInflation * elf.bytes().size();
    return std::ranges::all_of(elf.sections(), [&](const Section& section) {
        const std::uint64_t size = inflated_size(section);
        const bool fits = size <= left;
        left -= fits ? size : 0;
        return fits;
    });
}

}  // namespace

std::unique_ptr<SymbolTable> find_dwarf(const ElfFile& elf) {
    if (!may_be_read(elf)) return nullptr;
    auto table = std::make_unique<DwarfTable>(elf.path());
    if (!table->has_go_code()) return nullptr;
    return table;
}

}  // namespace pgoprof
