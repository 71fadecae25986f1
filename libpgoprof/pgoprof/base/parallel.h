// A loop on several threads.
#pragma once

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <future>
#include <limits>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace pgoprof {

/// As many as may run at once here.
inline unsigned available_threads() {
    cpu_set_t allowed;
    if (::sched_getaffinity(0, sizeof(allowed), &allowed) == 0) return static_cast<unsigned>(CPU_COUNT(&allowed));
    return std::max(1U, std::thread::hardware_concurrency());  // there are more than the set holds
}

/// Calls `work` on up to `threads` threads at a time, of which the calling one is one: on as many as the system gives.
/// It must not throw.
template <typename Work>
void on_threads(std::size_t threads, const Work& work) {
    std::vector<std::jthread> others;
    try {
        while (others.size() + 1 < threads) others.emplace_back(work);
        // NOLINTNEXTLINE(bugprone-empty-catch): the system gives no more; those that there are will do
    } catch (const std::system_error&) {
    }
    work();
}

/// Starts `work` on a thread of its own, or leaves it to whoever asks for its result, if the system gives no thread.
template <typename Work>
auto start(const Work& work) {
    try {
        return std::async(std::launch::async, work);
    } catch (const std::system_error&) {
        return std::async(std::launch::deferred, work);
    }
}

/// Calls `body(i)` once for each i below `count`, in any order, on up to `threads` threads of which the calling one is
/// one. The first exception, if any, ends the loop and is thrown again.
template <typename Body>
void parallel_for(unsigned threads, std::size_t count, const Body& body) {
    std::atomic<std::size_t> next = 0;
    std::exception_ptr exception;
    std::mutex mutex;
    const auto work = [&] {
        try {
            for (std::size_t i; (i = next++) < count;) body(i);
        } catch (...) {
            next = count;
            const std::scoped_lock lock(mutex);
            if (!exception) exception = std::current_exception();
        }
    };
    on_threads(std::min<std::size_t>(threads, count), work);
    if (exception) std::rethrow_exception(exception);
}

/// Hands over in order what threads make side by side: each waits until it is the turn of what it has made.
class Turns {
public:
    /// Calls `hand_over`, which says whether to go on, when it has been called for all numbers below this one. False
    /// once there are no more turns: it then was not called, or was the last.
    template <typename HandOver>
    bool take(std::size_t number, const HandOver& hand_over) {
        if (!await(number) || !hand_over()) {
            end();
            return false;
        }
        const bool more = next_.compare_exchange_strong(number, number + 1);
        next_.notify_all();
        return more;
    }

    /// Ends them from within a handler: rethrow() throws the first exception of any thread again.
    void fail() {
        {
            const std::scoped_lock lock(mutex_);
            if (!exception_) exception_ = std::current_exception();
        }
        end();
    }
    void rethrow() const {
        if (exception_) std::rethrow_exception(exception_);
    }

private:
    static constexpr std::size_t kEnded = std::numeric_limits<std::size_t>::max();
    static constexpr int kPatience = 200;  // a turn takes microseconds, and so does falling asleep and being woken

    /// False if they have ended.
    bool await(std::size_t number) const {
        int yields = 0;
        for (std::size_t next; (next = next_.load()) != number;) {
            if (next == kEnded) return false;
            if (++yields < kPatience) {
                std::this_thread::yield();
            } else {
                next_.wait(next);
            }
        }
        return true;
    }

    void end() {
        next_ = kEnded;
        next_.notify_all();
    }

    std::atomic<std::size_t> next_ = 0;
    std::mutex mutex_;  ///< guards the exception
    std::exception_ptr exception_;
};

}  // namespace pgoprof
