#include "pgoprof/model/string_table.h"

namespace pgoprof {

StringTable::StringTable() { spans_.push_back({}); }

StringId StringTable::intern(std::string_view text) {
    if (text.empty()) return StringId{};
    const auto is_text = [&](std::uint32_t id) { return (*this)[StringId{id}] == text; };
    const auto append = [&] {
        spans_.push_back({bytes_.size(), text.size()});
        bytes_.insert(bytes_.end(), text.begin(), text.end());
        return size() - 1;
    };
    return StringId{index_.find_or_insert(hash_bytes(text), is_text, append)};
}

}  // namespace pgoprof
