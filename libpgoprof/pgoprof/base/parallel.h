// A loop on several threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace pgoprof {

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
    {
        std::vector<std::jthread> workers;
        try {
            for (std::size_t i = 1; i < std::min<std::size_t>(threads, count); ++i) workers.emplace_back(work);
            // NOLINTNEXTLINE(bugprone-empty-catch): the system gives no more; those that there are will do
        } catch (const std::system_error&) {
        }
        work();
    }
    if (exception) std::rethrow_exception(exception);
}

}  // namespace pgoprof
