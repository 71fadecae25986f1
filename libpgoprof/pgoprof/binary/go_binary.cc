#include "pgoprof/binary/go_binary.h"

#include <elf.h>

#include <mutex>
#include <unordered_map>
#include <utility>

#include "pgoprof/base/hash.h"
#include "pgoprof/binary/build_info.h"
#include "pgoprof/binary/dwarf.h"
#include "pgoprof/binary/elf_file.h"
#include "pgoprof/binary/elf_symbols.h"
#include "pgoprof/binary/pclntab.h"
#include "pgoprof/binary/reader.h"

namespace pgoprof {
namespace {

constexpr std::uint32_t kGoBuildIdNote = 4;

std::string to_hex(ByteView bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const std::byte byte : bytes) {
        text += kDigits[std::to_integer<std::size_t>(byte >> 4)];
        text += kDigits[std::to_integer<std::size_t>(byte & std::byte{15})];
    }
    return text;
}

struct NameHash {
    std::size_t operator()(std::string_view name) const { return hash_bytes(name); }
};

/// Finds functions by name. Made when it is first needed: large programs have hundreds of thousands.
class NameIndex {
public:
    /// Of two that have the same name, the one at the lower address.
    std::optional<std::size_t> find(const SymbolTable& table, std::string_view name) {
        std::call_once(made_, [&] {
            indices_.reserve(table.function_count());
            for (std::size_t i = 0; i < table.function_count(); ++i) indices_.try_emplace(table.name(i), i);
        });
        const auto found = indices_.find(name);
        return found == indices_.end() ? std::nullopt : std::optional(found->second);
    }

private:
    std::once_flag made_;
    std::unordered_map<std::string_view, std::size_t, NameHash> indices_;
};

}  // namespace

class GoBinary::Impl {
public:
    explicit Impl(ElfFile file)
        : elf(std::move(file)),
          info(read_build_info(elf)),
          build_id(to_hex(elf.note("GNU", NT_GNU_BUILD_ID))),
          go_build_id(as_text(elf.note("Go", kGoBuildIdNote))) {}

    Result<> find_symbols() {
        using Find = std::unique_ptr<SymbolTable> (*)(const ElfFile&);
        constexpr std::pair<SymbolSource, Find> kSources[] = {{SymbolSource::pclntab, Pclntab::find},
                                                              {SymbolSource::dwarf, find_dwarf},
                                                              {SymbolSource::elf_symbols, ElfSymbols::find}};
        for (const auto& [kind, find] : kSources) {
            source = kind;
            table = find(elf);
            if (table != nullptr) return {};
        }
        return fail_in(elf.path(), {.code = ErrorCode::invalid_content,
                                    .message = "has no symbols of Go code",
                                    .remedy = "name the program as go build made it"});
    }

    ElfFile elf;
    BuildInfo info;
    std::string build_id;
    std::string_view go_build_id;
    SymbolSource source = SymbolSource::pclntab;
    std::unique_ptr<SymbolTable> table;
    NameIndex names;
};

Result<GoBinary> GoBinary::open(const std::string& path) {
    auto elf = ElfFile::open(path);
    if (!elf) return fail(std::move(elf.error()));
    auto impl = std::make_shared<Impl>(std::move(*elf));
    if (auto found = impl->find_symbols(); !found) return fail(std::move(found.error()));
    return GoBinary(std::move(impl));
}

GoBinary::GoBinary(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

const std::string& GoBinary::path() const { return impl_->elf.path(); }
Machine GoBinary::machine() const { return impl_->elf.machine(); }
SymbolSource GoBinary::source() const { return impl_->source; }
std::string_view GoBinary::go_version() const { return impl_->info.go_version; }
std::span<const BuildSetting> GoBinary::settings() const { return impl_->info.settings; }
std::string_view GoBinary::build_id() const { return impl_->build_id; }
std::string_view GoBinary::go_build_id() const { return impl_->go_build_id; }
std::span<const Segment> GoBinary::segments() const { return impl_->elf.segments(); }
bool GoBinary::is_position_independent() const { return impl_->elf.is_position_independent(); }

std::optional<std::uint64_t> GoBinary::address_at_offset(std::uint64_t file_offset) const {
    return impl_->elf.address_at_offset(file_offset);
}

std::optional<CodeFunction> GoBinary::function_at(std::uint64_t address) const {
    const auto index = impl_->table->index_at(address);
    return index ? std::optional(impl_->table->function(*index)) : std::nullopt;
}

std::optional<std::uint64_t> GoBinary::entry_at(std::uint64_t address) const {
    const auto index = impl_->table->index_at(address);
    return index ? std::optional(impl_->table->entry(*index)) : std::nullopt;
}

std::optional<CodeFunction> GoBinary::function_named(std::string_view name) const {
    const auto index = impl_->names.find(*impl_->table, name);
    return index ? std::optional(impl_->table->function(*index)) : std::nullopt;
}

std::size_t GoBinary::function_count() const { return impl_->table->function_count(); }
CodeFunction GoBinary::function(std::size_t index) const { return impl_->table->function(index); }

void GoBinary::frames_at(std::uint64_t address, std::vector<CodeFrame>& frames, bool callee_is_panic) const {
    impl_->table->frames_at(address, frames, callee_is_panic);
}

std::optional<std::int64_t> GoBinary::stack_delta(std::uint64_t address) const {
    return impl_->table->stack_delta(address);
}

ByteView GoBinary::code(std::uint64_t begin, std::size_t size) const {
    const ByteView bytes = impl_->elf.bytes_from(begin);
    return bytes.first(std::min(size, bytes.size()));
}

}  // namespace pgoprof
