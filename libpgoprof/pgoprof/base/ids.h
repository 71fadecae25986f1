// Dense, strongly typed indices.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace pgoprof {

/// An index into one particular table. `Tag` only tells the tables apart.
template <typename Tag>
struct Id {
    std::uint32_t value = 0;

    friend auto operator<=>(const Id&, const Id&) = default;
};

}  // namespace pgoprof

template <typename Tag>
struct std::hash<pgoprof::Id<Tag>> {
    std::size_t operator()(pgoprof::Id<Tag> id) const noexcept { return std::hash<std::uint32_t>{}(id.value); }
};
