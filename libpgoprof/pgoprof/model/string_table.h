// Interned strings.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "pgoprof/base/hash_index.h"
#include "pgoprof/base/ids.h"

namespace pgoprof {

using StringId = Id<struct StringTag>;

/// A set of byte strings with dense ids. Id 0 is the empty string. Strings are bytes, not UTF-8.
/// A view from `operator[]` is valid until the next `intern`.
class StringTable {
public:
    StringTable();

    StringId intern(std::string_view text);

    std::string_view operator[](StringId id) const {
        const Span span = spans_[id.value];
        return {bytes_.data() + span.begin, span.size};
    }
    std::uint32_t size() const { return static_cast<std::uint32_t>(spans_.size()); }

    /// The same strings under the same ids.
    friend bool operator==(const StringTable& a, const StringTable& b) {
        return a.bytes_ == b.bytes_ && a.spans_ == b.spans_;
    }

private:
    struct Span {
        std::uint64_t begin;
        std::uint64_t size;
        friend bool operator==(const Span&, const Span&) = default;
    };

    std::vector<char> bytes_;
    std::vector<Span> spans_;
    HashIndex index_;
};

}  // namespace pgoprof
