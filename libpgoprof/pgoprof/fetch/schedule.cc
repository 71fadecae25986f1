#include "pgoprof/fetch/schedule.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/sha256.h"

namespace pgoprof {

std::size_t Sampling::of(std::size_t sources) const {
    if (count) return static_cast<std::size_t>(std::min<std::uint64_t>(*count, sources));
    constexpr double kRounding = 1 - 1e-12;  // 10% of 30 is a bit more than 3 in floating point
    return std::min(sources, static_cast<std::size_t>(std::ceil(fraction * kRounding * static_cast<double>(sources))));
}

std::vector<std::size_t> Schedule::order(std::uint64_t round, std::span<const std::string_view> names,
                                         const Sampling& sampling) const {
    std::vector<std::pair<std::uint64_t, std::size_t>> lots;
    lots.reserve(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) lots.emplace_back(draw(Lot::order, round, names[i]), i);
    std::ranges::sort(lots);
    lots.resize(sampling.of(names.size()));
    std::vector<std::size_t> positions;
    positions.reserve(lots.size());
    for (const auto& lot : lots) positions.push_back(lot.second);
    return positions;
}

std::chrono::milliseconds Schedule::delay(std::uint64_t round, std::string_view name,
                                          std::chrono::milliseconds spread) const {
    if (spread.count() <= 0) return std::chrono::milliseconds(0);
    return std::chrono::milliseconds(draw(Lot::delay, round, name) % static_cast<std::uint64_t>(spread.count()));
}

double Schedule::wait(std::uint64_t round, std::string_view name, std::uint64_t attempts) const {
    return static_cast<double>(draw(Lot::wait, round, name, attempts) >> 11) * 0x1p-53;
}

std::uint64_t Schedule::draw(Lot lot, std::uint64_t round, std::string_view name, std::uint64_t attempts) const {
    std::string ticket;
    for (const std::uint64_t word : {seed_, round, static_cast<std::uint64_t>(lot), attempts}) {
        for (unsigned shift = 0; shift < 64; shift += 8) ticket += static_cast<char>(word >> shift & 0xff);
    }
    const Sha256 digest = sha256(as_bytes(ticket.append(name)));
    std::uint64_t drawn = 0;
    for (unsigned i = 0; i < 8; ++i) drawn = drawn << 8 | digest.bytes[i];
    return drawn;
}

}  // namespace pgoprof
