#include "pgoprof/transform/units.h"

#include <algorithm>
#include <array>
#include <string>

namespace pgoprof {
namespace {

enum class Quantity : std::uint8_t { bytes, time };

struct Unit {
    std::string_view name;
    Quantity quantity;
    std::int64_t factor;  // in the finest unit of the quantity; of two units, the finer one's divides the other's
};

constexpr auto kUnits = std::to_array<Unit>({
    {"b", Quantity::bytes, 1},
    {"byte", Quantity::bytes, 1},
    {"kb", Quantity::bytes, 1LL << 10},
    {"kbyte", Quantity::bytes, 1LL << 10},
    {"kilobyte", Quantity::bytes, 1LL << 10},
    {"mb", Quantity::bytes, 1LL << 20},
    {"mbyte", Quantity::bytes, 1LL << 20},
    {"megabyte", Quantity::bytes, 1LL << 20},
    {"gb", Quantity::bytes, 1LL << 30},
    {"gbyte", Quantity::bytes, 1LL << 30},
    {"gigabyte", Quantity::bytes, 1LL << 30},
    {"tb", Quantity::bytes, 1LL << 40},
    {"tbyte", Quantity::bytes, 1LL << 40},
    {"terabyte", Quantity::bytes, 1LL << 40},
    {"pb", Quantity::bytes, 1LL << 50},
    {"pbyte", Quantity::bytes, 1LL << 50},
    {"petabyte", Quantity::bytes, 1LL << 50},
    {"ns", Quantity::time, 1},
    {"nanosecond", Quantity::time, 1},
    {"\u03bcs", Quantity::time, 1'000},
    {"us", Quantity::time, 1'000},
    {"microsecond", Quantity::time, 1'000},
    {"ms", Quantity::time, 1'000'000},
    {"millisecond", Quantity::time, 1'000'000},
    {"s", Quantity::time, 1'000'000'000},
    {"sec", Quantity::time, 1'000'000'000},
    {"second", Quantity::time, 1'000'000'000},
    {"hour", Quantity::time, 3'600'000'000'000},
    {"hr", Quantity::time, 3'600'000'000'000},
});

const Unit* find_unit(std::string_view spelling) {
    std::string name(spelling);
    for (char& c : name) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    if (name.size() > 2 && name.ends_with('s') && name != "\u03bcs") name.pop_back();
    const auto* const found = std::ranges::find(kUnits, name, &Unit::name);
    return found == kUnits.end() ? nullptr : found;
}

}  // namespace

std::optional<CommonUnit> common_unit(std::string_view first, std::string_view second) {
    if (first == second) return CommonUnit{.unit = first};
    const Unit* const a = find_unit(first);
    const Unit* const b = find_unit(second);
    if (a == nullptr || b == nullptr || a->quantity != b->quantity) return std::nullopt;
    if (a->factor == b->factor) return CommonUnit{.unit = std::min(first, second)};
    if (a->factor < b->factor) return CommonUnit{.unit = first, .second_factor = b->factor / a->factor};
    return CommonUnit{.unit = second, .first_factor = a->factor / b->factor};
}

}  // namespace pgoprof
