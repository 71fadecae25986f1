#include "pgoprof/io/body_room.h"

#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "pgoprof/base/limits.h"

using namespace pgoprof;
using std::chrono::milliseconds;

namespace {

constexpr std::uint64_t kLongest = 64 * kMiB;

/// So many transfers, named by the addresses of these.
struct Transfers {
    explicit Transfers(std::size_t count) : bytes(count) {}
    BodyRoom::Id id(std::size_t i) { return &bytes[i]; }
    std::vector<std::uint64_t> bytes;
};

const BodyRoom::Clock::time_point kNow{};

}  // namespace

TEST_CASE("within the limit all have room") {
    BodyRoom room(kMiB);
    Transfers some(2);
    CHECK(room.take(some.id(0), kMiB / 2, kLongest, kNow));
    CHECK(room.take(some.id(1), kMiB / 2, kLongest, kNow));
    CHECK_FALSE(room.next(kNow));
}

TEST_CASE("beyond it one goes on, and the others wait in turn") {
    BodyRoom room(kMiB);
    Transfers some(3);
    CHECK(room.take(some.id(0), kMiB, kLongest, kNow));
    CHECK(room.take(some.id(1), kMiB, kLongest, kNow));
    CHECK_FALSE(room.take(some.id(2), 1, kLongest, kNow));
    CHECK_FALSE(room.take(some.id(0), 1, kLongest, kNow));
    CHECK(room.take(some.id(1), kMiB, kLongest, kNow));
    CHECK_FALSE(room.next(kNow));

    room.release(some.id(1), 2 * kMiB);
    CHECK(room.next(kNow) == some.id(2));
    CHECK(room.take(some.id(2), 1, kLongest, kNow));
    CHECK_FALSE(room.next(kNow));
    room.release(some.id(2), 1);
    CHECK(room.next(kNow) == some.id(0));
}

TEST_CASE("who says nothing while others wait loses the favour") {
    BodyRoom room(kMiB);
    Transfers some(2);
    CHECK(room.take(some.id(0), kMiB + 1, kLongest, kNow));
    CHECK_FALSE(room.take(some.id(1), kMiB, kLongest, kNow));
    CHECK_FALSE(room.next(kNow + milliseconds(900)));
    CHECK(room.next(kNow + milliseconds(1100)) == some.id(1));
    CHECK(room.take(some.id(1), kMiB, kLongest, kNow + milliseconds(1100)));
    CHECK_FALSE(room.take(some.id(0), 1, kLongest, kNow + milliseconds(1100)));
}

TEST_CASE("silent ones together go beyond the limit by one body at most") {
    BodyRoom room(kMiB);
    Transfers some(100);
    std::uint64_t used = 0;
    auto now = kNow;
    for (std::size_t i = 0; i < 100; ++i, now += milliseconds(1100)) {
        if (room.take(some.id(i), 3 * kMiB, 8 * kMiB, now)) used += 3 * kMiB;
    }
    CHECK(used <= 9 * kMiB);
    CHECK(used >= 6 * kMiB);
}

TEST_CASE("a transfer that is over waits no more") {
    BodyRoom room(0);
    Transfers some(3);
    CHECK(room.take(some.id(0), 1, kLongest, kNow));
    CHECK_FALSE(room.take(some.id(1), 1, kLongest, kNow));
    CHECK_FALSE(room.take(some.id(2), 1, kLongest, kNow));
    room.release(some.id(1), 0);
    room.release(some.id(0), 1);
    CHECK(room.next(kNow) == some.id(2));
    CHECK_FALSE(room.next(kNow));
}

TEST_CASE("all come to their end, whatever the order in which bytes come") {
    std::mt19937 random(GENERATE(range(0U, 20U)));
    constexpr std::size_t kCount = 50;
    constexpr std::uint64_t kBody = 200 * kKiB;
    constexpr std::uint64_t kPiece = 16 * kKiB;
    BodyRoom room(random() % kMiB);
    Transfers some(kCount);
    std::vector<std::size_t> ready(kCount);  // not waiting, not done
    for (std::size_t i = 0; i < kCount; ++i) ready[i] = i;
    std::uint64_t steps = 0;
    for (std::size_t done = 0; done < kCount; ++steps) {
        REQUIRE(steps < 1'000'000);
        while (const auto id = room.next(kNow)) {
            ready.push_back(static_cast<std::size_t>(static_cast<std::uint64_t*>(*id) - some.bytes.data()));
        }
        REQUIRE_FALSE(ready.empty());
        std::swap(ready[random() % ready.size()], ready.back());
        const std::size_t i = ready.back();
        if (!room.take(some.id(i), kPiece, kBody + kPiece, kNow)) {
            ready.pop_back();
        } else if ((some.bytes[i] += kPiece) >= kBody) {
            room.release(some.id(i), some.bytes[i]);
            ready.pop_back();
            ++done;
        }
    }
}
