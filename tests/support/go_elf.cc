#include "support/go_elf.h"

#include <elf.h>

#include <array>
#include <concepts>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

namespace pgoprof::testing {
namespace {

constexpr std::uint32_t kFunctionSize = 64;
constexpr std::array<std::string_view, 5> kNames = {"runtime.gopanic", "runtime.systemstack", "main.leaf", "main.outer",
                                                    "main.wrapper"};
constexpr std::array<std::uint8_t, 5> kIds = {10, 21, 0, 0, 23};
constexpr std::string_view kBuildInfo =
    "path\tmain\nmod\texample.com/m\t(devel)\t\nbuild\t-buildmode=exe\nbuild\t-ldflags=\"-s \\\"-w\\\" \\u00e4\\x41\"\n"
    "build\t\"odd=key\"=x\nbuild\tbroken\nbuild\tGOARCH=amd64\n";

/// Bytes to which numbers are appended, or written later.
struct Bytes {
    std::string text;

    template <std::integral T>
    void put(T value) {
        text.append(reinterpret_cast<const char*>(&value), sizeof(value));
    }
    template <typename T>
        requires std::is_class_v<T>
    void put_record(const T& record) {
        text.append(reinterpret_cast<const char*>(&record), sizeof(record));
    }
    void put_string(std::string_view string) { (text += string) += '\0'; }
    void align(std::size_t alignment) { text.resize((text.size() + alignment - 1) / alignment * alignment); }
    std::uint64_t size() const { return text.size(); }
};

/// {value, where it ends}...
using Values = std::initializer_list<std::pair<std::int32_t, std::uint32_t>>;

std::uint32_t put_values(Bytes& table, std::uint32_t quantum, const Values& values) {
    const auto at = static_cast<std::uint32_t>(table.size());
    const auto put_varint = [&](std::uint32_t value) {
        for (; value >= 0x80; value >>= 7) table.put(static_cast<std::uint8_t>(value | 0x80));
        table.put(static_cast<std::uint8_t>(value));
    };
    std::int32_t last = -1;
    std::uint32_t begin = 0;
    for (const auto& [value, end] : values) {
        const std::int32_t step = value - last;
        put_varint((static_cast<std::uint32_t>(step) << 1) ^ static_cast<std::uint32_t>(step >> 31));
        put_varint((end - begin) / quantum);
        last = value;
        begin = end;
    }
    table.put(std::uint8_t{0});
    return at;
}

struct Tables {
    std::uint32_t stack, file, line, line_of_outer, inlined_in_outer, inlined_in_wrapper;
};

class Builder {
public:
    explicit Builder(const GoElfShape& shape) : shape_(shape), base_(shape.position_independent ? 0 : 0x400000) {}

    GoElf build() {
        file_.text.resize(sizeof(Elf64_Ehdr) + 5 * sizeof(Elf64_Phdr));
        file_.align(64);
        text_ = file_.size();
        put_code();
        put_inline_trees();
        put_pclntab();
        put_notes();
        file_.align(16);
        data_ = file_.size();
        put_build_info();
        put_module();
        if (shape_.position_independent) put_dynamic();
        data_end_ = file_.size();
        put_sections();
        put_headers();
        return {std::move(file_.text), base_ + text_};
    }

private:
    void put_code() {
        Bytes code;
        code.text.resize(kNames.size() * kFunctionSize, '\x90');
        if (shape_.arm64) code.text.assign(code.size(), '\0');
        const std::size_t call_at = 3 * kFunctionSize + 56;
        const std::size_t leaf_at = 2 * kFunctionSize;
        Bytes call;
        if (shape_.arm64) {
            const std::int64_t words = (static_cast<std::int64_t>(leaf_at) - static_cast<std::int64_t>(call_at)) / 4;
            call.put(static_cast<std::uint32_t>(0x94000000U | (static_cast<std::uint32_t>(words) & 0x3ffffffU)));
        } else {
            call.put(std::uint8_t{0xe8});
            call.put(static_cast<std::int32_t>(leaf_at) - static_cast<std::int32_t>(call_at + 5));
        }
        code.text.replace(call_at, call.size(), call.text);
        file_.text += code.text;
    }

    /// main.outer's two calls, then main.wrapper's one.
    void put_inline_trees() {
        trees_ = file_.size();
        put_inlined_call(-1, name_offset("main.middle"), 8, 30);
        put_inlined_call(0, name_offset("main.inner"), 20, 40);
        wrapper_tree_ = static_cast<std::uint32_t>(file_.size() - trees_);
        put_inlined_call(-1, name_offset("main.leaf"), 8, 10);
    }

    void put_inlined_call(std::int16_t parent, std::int32_t name, std::int32_t parent_pc, std::int32_t start_line) {
        if (shape_.old_tables) {
            file_.put(parent);
            file_.put(std::uint16_t{0});
            file_.put(std::int32_t{0});
            file_.put(std::int32_t{0});
            file_.put(name);
            file_.put(parent_pc);
        } else {
            file_.put(std::uint32_t{0});
            file_.put(name);
            file_.put(parent_pc);
            file_.put(start_line);
        }
    }

    static std::string all_names() {
        std::string names(1, '\0');
        for (const std::string_view name : kNames) (names += name) += '\0';
        return names.append("main.middle").append(1, '\0').append("main.inner").append(1, '\0');
    }

    static std::int32_t name_offset(std::string_view name) {
        const std::string terminated = std::string(1, '\0').append(name).append(1, '\0');
        return static_cast<std::int32_t>(all_names().find(terminated)) + 1;
    }

    void put_pclntab() {
        const std::uint32_t quantum = shape_.arm64 ? 4 : 1;
        Bytes values;
        values.put(std::uint8_t{0});
        const Tables tables = {
            .stack = put_values(values, quantum, {{0, 8}, {24, kFunctionSize}}),
            .file = put_values(values, quantum, {{0, kFunctionSize}}),
            .line = put_values(values, quantum, {{11, 16}, {12, kFunctionSize}}),
            .line_of_outer = put_values(values, quantum, {{21, 8}, {31, 16}, {32, 20}, {41, 32}, {42, 48}, {22, 64}}),
            .inlined_in_outer = put_values(values, quantum, {{-1, 16}, {0, 32}, {1, 48}, {-1, kFunctionSize}}),
            .inlined_in_wrapper = put_values(values, quantum, {{-1, 16}, {0, kFunctionSize}}),
        };
        Bytes functions;
        functions.text.resize(kNames.size() * 8 + 4);
        std::vector<std::uint32_t> records;
        for (std::uint32_t i = 0; i < kNames.size(); ++i) {
            functions.align(4);
            records.push_back(static_cast<std::uint32_t>(functions.size()));
            put_function(functions, i, tables);
        }
        Bytes index;
        for (std::uint32_t i = 0; i < kNames.size(); ++i) {
            index.put(i * kFunctionSize);
            index.put(records[i]);
        }
        index.put(static_cast<std::uint32_t>(kNames.size() * kFunctionSize));
        functions.text.replace(0, index.size(), index.text);

        parts_ = {all_names(), std::string(4, '\0'), std::string("/src/main.go") + '\0', values.text, functions.text};
        file_.align(32);
        pclntab_ = file_.size();
        put_pclntab_header(quantum);
        for (const std::string& part : parts_) {
            file_.text += part;
            file_.align(8);
        }
        pclntab_size_ = file_.size() - pclntab_;
    }

    void put_pclntab_header(std::uint32_t quantum) {
        file_.put(shape_.sound_pclntab ? (shape_.old_tables ? 0xfffffff0U : 0xfffffff1U) : 0U);
        file_.put(std::uint16_t{0});
        file_.put(static_cast<std::uint8_t>(quantum));
        file_.put(std::uint8_t{8});
        for (const std::uint64_t word : {std::uint64_t{kNames.size()}, std::uint64_t{1}, base_ + text_})
            file_.put(word);
        for (std::uint64_t i = 0, at = 72; i < parts_.size(); ++i) {
            offsets_[i] = at;
            file_.put(at);
            at = (at + parts_[i].size() + 7) / 8 * 8;
        }
    }

    void put_function(Bytes& out, std::uint32_t index, const Tables& tables) const {
        const bool is_outer = kNames[index] == "main.outer";
        const bool is_wrapper = kNames[index] == "main.wrapper";
        out.put(index * kFunctionSize);
        out.put(name_offset(kNames[index]));
        out.put(std::uint64_t{0});
        out.put(tables.stack);
        out.put(tables.file);
        out.put(is_outer ? tables.line_of_outer : tables.line);
        out.put(std::uint32_t{3});
        out.put(std::uint32_t{0});
        if (!shape_.old_tables) out.put(std::int32_t{is_outer ? 20 : 10});
        out.put(kIds[index]);
        out.put(static_cast<std::uint8_t>(index == 1 ? 3 : 0));
        out.put(std::uint8_t{0});
        out.put(std::uint8_t{4});
        out.put(std::uint64_t{0});
        out.put(is_outer ? tables.inlined_in_outer : is_wrapper ? tables.inlined_in_wrapper : 0U);
        for (int i = 0; i < 3; ++i) out.put(~std::uint32_t{0});
        out.put(is_outer ? 0U : is_wrapper ? wrapper_tree_ : ~std::uint32_t{0});
    }

    void put_notes() {
        file_.align(4);
        notes_ = file_.size();
        put_note("GNU", NT_GNU_BUILD_ID, std::string_view("\x01\xab\xff\x00", 4));
        put_note("Go", 4, "action/content");
        notes_size_ = file_.size() - notes_;
    }

    void put_note(std::string_view owner, std::uint32_t type, std::string_view content) {
        file_.put(static_cast<std::uint32_t>(owner.size() + 1));
        file_.put(static_cast<std::uint32_t>(content.size()));
        file_.put(type);
        file_.put_string(owner);
        file_.align(4);
        file_.text += content;
        file_.align(4);
    }

    void put_build_info() {
        build_info_ = file_.size();
        file_.text += "\xff Go buildinf:";
        file_.put(std::uint8_t{8});
        file_.put(std::uint8_t{2});
        file_.text.resize(build_info_ + 32);
        const std::string version = "go1.26.8";
        file_.put(static_cast<std::uint8_t>(version.size()));
        file_.text += version;
        const std::string module = std::string(16, '<').append(kBuildInfo).append(16, '>');
        file_.put(static_cast<std::uint8_t>(module.size() % 128 + 128));
        file_.put(static_cast<std::uint8_t>(module.size() / 128));
        file_.text += module;
        file_.align(16);
        build_info_size_ = file_.size() - build_info_;
    }

    void put_module() {
        std::array<std::uint64_t, 52> words{};
        words[0] = address(pclntab_);
        constexpr std::array<std::size_t, 5> kSlices = {1, 4, 7, 10, 13};
        for (std::size_t i = 0; i < kSlices.size(); ++i) {
            words[kSlices[i]] = address(pclntab_ + offsets_[i]);
            words[kSlices[i] + 1] = i == 1 ? parts_[i].size() / 4 : parts_[i].size();
        }
        words[16] = words[13];
        words[20] = words[22] = address(text_);
        words[21] = words[23] = address(text_) + kNames.size() * kFunctionSize;
        words[shape_.inline_trees_word] = address(trees_);
        module_ = file_.size();
        for (std::size_t i = 0; i < words.size(); ++i) {
            const bool is_length = i < 17 && (i == 2 || i == 5 || i == 8 || i == 11 || i == 14);
            const bool is_relocated = shape_.position_independent && !is_length && words[i] != 0;
            if (is_relocated) relocated_.emplace_back(address(module_ + i * 8), words[i]);
            file_.put(is_relocated ? std::uint64_t{0} : words[i]);
        }
    }

    void put_dynamic() {
        relocations_ = file_.size();
        const std::uint32_t type = shape_.arm64 ? R_AARCH64_RELATIVE : R_X86_64_RELATIVE;
        for (const auto& [where, value] : relocated_) {
            file_.put(where);
            file_.put(std::uint64_t{type});
            file_.put(value);
        }
        dynamic_ = file_.size();
        const std::uint64_t size = dynamic_ - relocations_;
        for (const std::uint64_t word : {std::uint64_t{DT_RELA}, address(relocations_), std::uint64_t{DT_RELASZ}, size,
                                         std::uint64_t{DT_NULL}, std::uint64_t{0}})
            file_.put(word);
    }

    void put_sections() {
        if (!shape_.sections && !shape_.symbols) return;
        std::vector<Elf64_Shdr> headers(1);
        Bytes names;
        names.put(std::uint8_t{0});
        const auto add = [&](std::string_view name, std::uint32_t type, std::uint64_t at, std::uint64_t size) {
            headers.push_back({.sh_name = static_cast<std::uint32_t>(names.size()), .sh_type = type});
            headers.back().sh_addr = address(at);
            headers.back().sh_offset = at;
            headers.back().sh_size = size;
            names.put_string(name);
        };
        if (shape_.sections) {
            add(".text", SHT_PROGBITS, text_, kNames.size() * kFunctionSize);
            add(shape_.position_independent ? ".data.rel.ro.gopclntab" : ".gopclntab", SHT_PROGBITS, pclntab_,
                pclntab_size_);
            add(".go.buildinfo", SHT_PROGBITS, build_info_, build_info_size_);
            add(".go.module", SHT_PROGBITS, module_, 52 * 8);
        }
        if (shape_.symbols) put_symbols(headers, add);
        const std::uint64_t names_at = file_.size();
        add(".shstrtab", SHT_STRTAB, names_at, 0);
        headers.back().sh_size = names.size();
        file_.text += names.text;
        file_.align(8);
        sections_ = file_.size();
        section_count_ = static_cast<std::uint16_t>(headers.size());
        for (const Elf64_Shdr& header : headers) file_.put_record(header);
    }

    template <typename Add>
    void put_symbols(std::vector<Elf64_Shdr>& headers, const Add& add) {
        Bytes names;
        names.put(std::uint8_t{0});
        Bytes symbols;
        const auto put = [&](std::string_view name, std::uint64_t at, std::uint64_t size) {
            symbols.put_record(Elf64_Sym{.st_name = static_cast<std::uint32_t>(names.size()),
                                         .st_info = ELF64_ST_INFO(STB_LOCAL, STT_FUNC),
                                         .st_other = 0,
                                         .st_shndx = 1,
                                         .st_value = address(at),
                                         .st_size = size});
            names.put_string(name);
        };
        const std::uint64_t end = text_ + kNames.size() * kFunctionSize;
        put("c_function", end, 64);
        put("runtime.etext", end, 0);
        put("runtime.text", text_, 0);
        put("main.outer.abi0", text_ + 3 * 64, 60);
        put("main.leaf", text_ + 2 * 64, 64);
        add(".strtab", SHT_STRTAB, file_.size(), names.size());
        file_.text += names.text;
        file_.align(8);
        add(".symtab", SHT_SYMTAB, file_.size(), symbols.size());
        headers.back().sh_link = static_cast<std::uint32_t>(headers.size() - 2);
        file_.text += symbols.text;
    }

    void put_headers() {
        Bytes headers;
        Elf64_Ehdr header{};
        std::string_view(
            "\x7f"
            "ELF\x02\x01\x01")
            .copy(reinterpret_cast<char*>(header.e_ident), 7);
        header.e_type = shape_.position_independent ? ET_DYN : ET_EXEC;
        header.e_machine = shape_.arm64 ? EM_AARCH64 : EM_X86_64;
        header.e_phoff = sizeof(header);
        header.e_phentsize = sizeof(Elf64_Phdr);
        header.e_phnum = shape_.position_independent ? 4 : 3;
        header.e_shoff = sections_;
        header.e_shentsize = sizeof(Elf64_Shdr);
        header.e_shnum = section_count_;
        header.e_shstrndx = static_cast<std::uint16_t>(section_count_ == 0 ? 0 : section_count_ - 1);
        headers.put_record(header);
        const auto put = [&](std::uint32_t type, std::uint32_t flags, std::uint64_t at, std::uint64_t size) {
            headers.put_record(Elf64_Phdr{.p_type = type,
                                          .p_flags = flags,
                                          .p_offset = at,
                                          .p_vaddr = address(at),
                                          .p_paddr = address(at),
                                          .p_filesz = size,
                                          .p_memsz = size,
                                          .p_align = 1});
        };
        put(PT_LOAD, PF_R | PF_X, 0, data_);
        put(PT_LOAD, PF_R | PF_W, data_, data_end_ - data_);
        put(PT_NOTE, PF_R, notes_, notes_size_);
        if (shape_.position_independent) put(PT_DYNAMIC, PF_R, dynamic_, data_end_ - dynamic_);
        file_.text.replace(0, headers.size(), headers.text);
    }

    std::uint64_t address(std::uint64_t offset) const { return base_ + offset; }

    GoElfShape shape_;
    std::uint64_t base_;
    Bytes file_;
    std::uint64_t text_ = 0, trees_ = 0, pclntab_ = 0, pclntab_size_ = 0, notes_ = 0, notes_size_ = 0, data_ = 0,
                  data_end_ = 0, build_info_ = 0, build_info_size_ = 0, module_ = 0, relocations_ = 0, dynamic_ = 0,
                  sections_ = 0;
    std::uint32_t wrapper_tree_ = 0;
    std::uint16_t section_count_ = 0;
    std::array<std::string, 5> parts_;
    std::array<std::uint64_t, 5> offsets_{};
    std::vector<std::pair<std::uint64_t, std::uint64_t>> relocated_;
};

}  // namespace

GoElf make_go_elf(const GoElfShape& shape) { return Builder(shape).build(); }

}  // namespace pgoprof::testing
