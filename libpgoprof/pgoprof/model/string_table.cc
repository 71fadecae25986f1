#include "pgoprof/model/string_table.h"

#include <functional>

namespace pgoprof {

StringTable::StringTable() { spans_.push_back({}); }

StringId StringTable::intern(std::string_view text) {
    if (text.empty()) return StringId{};
    // At most half full, so that probing stays short.
    if (spans_.size() * 2 >= slots_.size()) rehash(slots_.empty() ? 64 : slots_.size() * 2);
    const auto hash = static_cast<std::uint32_t>(std::hash<std::string_view>{}(text));
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = hash & mask;
    for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
        const StringId candidate{slots_[slot]};
        if (spans_[candidate.value].hash == hash && (*this)[candidate] == text) return candidate;
    }
    const StringId id{size()};
    spans_.push_back({bytes_.size(), static_cast<std::uint32_t>(text.size()), hash});
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    slots_[slot] = id.value;
    return id;
}

void StringTable::rehash(std::size_t slot_count) {
    slots_.assign(slot_count, 0);
    for (std::uint32_t id = 1; id < size(); ++id) {
        std::size_t slot = spans_[id].hash & (slot_count - 1);
        while (slots_[slot] != 0) slot = (slot + 1) & (slot_count - 1);
        slots_[slot] = id;
    }
}

}  // namespace pgoprof
