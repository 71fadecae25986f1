// Memory for the bodies of many transfers at once.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace pgoprof {

/// Who may take more memory and who waits, and in which order. A transfer that finds no room waits until
/// others are done. Lest all wait for each other, one is favoured: it alone may go beyond the limit, by as much as its
/// body may be long. The favour passes on when that one is done, or says nothing for a second while others wait.
class BodyRoom {
public:
    using Clock = std::chrono::steady_clock;
    using Id = void*;  ///< any address that is the transfer's own

    explicit BodyRoom(std::uint64_t limit) : limit_(limit) {}

    /// Room for `bytes` more of the body of `id`, which may have at most `longest`. False: it waits, and `next` will
    /// name it.
    bool take(Id id, std::uint64_t bytes, std::uint64_t longest, Clock::time_point now);

    /// The transfer is over; its body took `bytes`.
    void release(Id id, std::uint64_t bytes);

    /// The next that may try again, in the order in which they came to wait; no longer waiting.
    std::optional<Id> next(Clock::time_point now);

private:
    bool favours_nobody(Clock::time_point now) const;

    std::uint64_t limit_;
    std::uint64_t used_ = 0;
    std::deque<Id> waiting_;
    std::optional<Id> favoured_;
    Clock::time_point heard_{};  ///< when the favoured one last took something
};

}  // namespace pgoprof
