#include "pgoprof/fetch/retry.h"

#include <catch2/catch.hpp>

using namespace pgoprof;
using namespace std::chrono_literals;

namespace {

std::optional<std::chrono::milliseconds> delay(const CaptureFailure& failure, std::uint64_t attempts,
                                               double chance = 1) {
    return retry_delay({.retries = 10}, failure, attempts, 30s, chance);
}

CaptureFailure status(long status, std::optional<std::chrono::seconds> retry_after = {}) {
    return {.fault = CaptureFault::http_status, .error = {}, .status = status, .retry_after = retry_after};
}

}  // namespace

TEST_CASE("what passes by itself is tried again, and nothing else") {
    std::vector<CaptureFault> again;
    for (int fault = 0; fault <= static_cast<int>(CaptureFault::no_match); ++fault) {
        const CaptureFailure failure{.fault = static_cast<CaptureFault>(fault), .error = {}};
        if (delay(failure, 1)) again.push_back(failure.fault);
    }
    CHECK(again == std::vector{CaptureFault::refused, CaptureFault::unreachable, CaptureFault::no_answer,
                               CaptureFault::cut_short, CaptureFault::busy});
    std::vector<long> statuses;
    for (long code = 100; code < 600; ++code) {
        if (delay(status(code), 1)) statuses.push_back(code);
    }
    CHECK(statuses == std::vector<long>{429, 502, 503, 504});
}

TEST_CASE("waits double, up to a bound, and chance shortens them") {
    const CaptureFailure refused{.fault = CaptureFault::refused, .error = {}};
    CHECK(delay(refused, 1) == 1s);
    CHECK(delay(refused, 2) == 2s);
    CHECK(delay(refused, 5) == 16s);
    CHECK(delay(refused, 6) == 30s);
    CHECK(delay(refused, 10) == 30s);
    CHECK(delay(refused, 3, 0.25) == 1s);
    CHECK(delay(refused, 3, 0) == 0s);
    CHECK_FALSE(delay(refused, 11));
    CHECK_FALSE(retry_delay({.retries = 0}, refused, 1, 30s, 1));
    CHECK(retry_delay({.retries = UINT64_MAX}, refused, UINT64_MAX, 30s, 1) == 30s);
}

TEST_CASE("another capture is waited for") {
    const CaptureFailure busy{.fault = CaptureFault::busy, .error = {}, .status = 500};
    CHECK(delay(busy, 1, 0) == 30s);
    CHECK(delay(busy, 1, 1) == 31s);
}

TEST_CASE("a server may say when, within bounds") {
    CHECK(delay(status(503, 7s), 1) == 7s);
    CHECK(delay(status(429, 0s), 5) == 0s);
    CHECK(delay(status(503, std::chrono::seconds(UINT32_MAX)), 1) == 300s);
    CHECK_FALSE(delay(status(404, 7s), 1));
}
