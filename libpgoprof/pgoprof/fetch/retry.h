// Which failures pass by themselves, and how long to wait for that.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "pgoprof/fetch/capture.h"

namespace pgoprof {

struct RetryPolicy {
    std::uint64_t retries = 2;               ///< attempts after the first
    std::chrono::milliseconds first{1'000};  ///< the longest wait after the first attempt; doubled after each
    std::chrono::milliseconds longest{30'000};
    std::chrono::milliseconds longest_asked{300'000};  ///< of what a server asks for with Retry-After
};

enum class Remedy : std::uint8_t {
    none,     ///< it would fail again
    backoff,  ///< a random time of up to so many seconds: doubled each time, so that servers come to rest
    its_end,  ///< the length of the capture, since another one of that length may be under way, and backoff on top
};

/// What helps against a failure: docs/collecting.md has the table.
Remedy remedy_of(const CaptureFailure& failure);

/// How long to wait after `attempts` failed ones before another; nullopt if there is to be none. What the server asked
/// for (Retry-After) counts instead where it is given. `seconds` is the length of the capture, `chance` from 0 to 1.
std::optional<std::chrono::milliseconds> retry_delay(const RetryPolicy& policy, const CaptureFailure& failure,
                                                     std::uint64_t attempts, std::chrono::seconds seconds,
                                                     double chance);

}  // namespace pgoprof
