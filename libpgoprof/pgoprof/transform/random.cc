#include "pgoprof/transform/random.h"

#include <algorithm>
#include <cmath>

namespace pgoprof {

std::int64_t FairCoins::count_approximately(std::int64_t coins) {
    constexpr int kUnit = 1 << 16;  // of the smoothing, and of the fixed-point result
    const int heads_less_tails = 2 * count(kExact) - kExact;
    const int smoothing = static_cast<int>(random_.next() >> 47) - kUnit;                      // from -1 to 1, in units
    const double deviations = static_cast<double>(heads_less_tails * kUnit + smoothing) / 16;  // sqrt(kExact); in units
    const auto from_mean = static_cast<std::int64_t>(std::sqrt(static_cast<double>(coins)) * deviations / 2);
    const int odd = coins % 2 == 0 ? 0 : count(1);
    const std::int64_t heads = coins / 2 + odd + ((from_mean + kUnit / 2) >> 16);
    return std::clamp<std::int64_t>(heads, 0, coins);
}

}  // namespace pgoprof
