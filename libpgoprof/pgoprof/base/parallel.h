// A loop on several threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <future>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace pgoprof {

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

}  // namespace pgoprof
