#include "pgoprof/fetch/retry.h"

#include <algorithm>
#include <iterator>

namespace pgoprof {
namespace {

using std::chrono::milliseconds;

struct FaultRemedy {
    CaptureFault fault;
    Remedy remedy;
};

/// What is not here would fail again. A request that timed out is not: the server had all of its time.
constexpr FaultRemedy kFaultRemedies[] = {
    {CaptureFault::refused, Remedy::backoff},      // it is being started again
    {CaptureFault::unreachable, Remedy::backoff},  // no connection, or none in time
    {CaptureFault::no_answer, Remedy::backoff},    // it went away
    {CaptureFault::cut_short, Remedy::backoff},   {CaptureFault::busy, Remedy::its_end},
};

/// Too many requests, and what a proxy says of a server that is not there at the moment (RFC 9110, RFC 6585).
constexpr long kPassingStatuses[] = {429, 502, 503, 504};

}  // namespace

Remedy remedy_of(const CaptureFailure& failure) {
    if (failure.fault == CaptureFault::http_status) {
        const bool passes = std::ranges::find(kPassingStatuses, failure.status) != std::end(kPassingStatuses);
        return passes ? Remedy::backoff : Remedy::none;
    }
    const auto* const found = std::ranges::find(kFaultRemedies, failure.fault, &FaultRemedy::fault);
    return found == std::end(kFaultRemedies) ? Remedy::none : found->remedy;
}

std::optional<milliseconds> retry_delay(const RetryPolicy& policy, const CaptureFailure& failure,
                                        std::uint64_t attempts, std::chrono::seconds seconds, double chance) {
    const Remedy remedy = remedy_of(failure);
    if (remedy == Remedy::none || attempts > policy.retries) return std::nullopt;
    if (failure.retry_after) return std::min<milliseconds>(*failure.retry_after, policy.longest_asked);
    milliseconds most = policy.first;
    for (std::uint64_t i = 1; i < attempts && most < policy.longest; ++i) most *= 2;
    const auto backoff = std::chrono::duration_cast<milliseconds>(std::min(most, policy.longest) * chance);
    return remedy == Remedy::its_end ? seconds + backoff : backoff;
}

}  // namespace pgoprof
