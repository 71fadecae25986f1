#include "pgoprof/load_all.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <limits>
#include <mutex>
#include <optional>

#include "pgoprof/base/parallel.h"

namespace pgoprof {
namespace {

/// A relay: workers take inputs in order and decode them side by side, and each visits what it decoded when those
/// before have been visited. So a profile is visited by the core that has it in its cache, and no more inputs are in
/// memory than there are workers.
class Relay {
public:
    Relay(InputSource& source, const Limits& limits, const VisitInput& visit)
        : source_(source), limits_(limits), visit_(visit) {}

    Result<> run(std::size_t threads) {
        on_threads(threads, [this] { work(); });
        if (exception_) std::rethrow_exception(exception_);
        return std::move(end_);
    }

private:
    void work() {
        try {
            Loader loader(limits_);
            StoredInput input;
            for (;;) {
                const auto number = take(input);
                if (!number || !visit_in_turn(*number, load(loader, input))) return;
            }
        } catch (...) {
            const std::scoped_lock lock(mutex_);
            if (!exception_) exception_ = std::current_exception();
            next_.notify_all();
        }
    }

    /// Nothing if the input turns out to be none of this run's.
    std::optional<LoadedInput> load(Loader& loader, StoredInput& input) const {
        const auto wanted = source_.read(input);
        if (!wanted) return LoadedInput{input, fail_in(input.name, wanted.error())};
        if (!*wanted) return std::nullopt;
        return LoadedInput{input, load_profile_bytes(loader, input.bytes.view(), input.name)};
    }

    /// The input's place in the order, or nothing if there are no more.
    std::optional<std::size_t> take(StoredInput& input) {
        const std::scoped_lock lock(source_mutex_);
        if (at_end_) return std::nullopt;
        auto more = source_.take(input);
        if (more && *more) return taken_++;
        at_end_ = true;
        if (!more) end_ = std::unexpected(std::move(more.error()));
        return std::nullopt;
    }

    /// False if a worker failed: all end.
    bool visit_in_turn(std::size_t number, const std::optional<LoadedInput>& input) {
        std::unique_lock lock(mutex_);
        next_.wait(lock, [&] { return visited_ == number || exception_; });
        if (exception_) return false;
        lock.unlock();
        if (input) visit_(*input);
        lock.lock();
        ++visited_;
        next_.notify_all();
        return true;
    }

    InputSource& source_;
    const Limits& limits_;
    const VisitInput& visit_;

    std::mutex source_mutex_;  ///< guards the source and what was taken from it
    std::size_t taken_ = 0;
    bool at_end_ = false;
    Result<> end_;

    std::mutex mutex_;  ///< guards the order of visits
    std::condition_variable next_;
    std::size_t visited_ = 0;
    std::exception_ptr exception_;  ///< a worker's first: memory ran out, or a bug
};

}  // namespace

Result<> load_all(InputSource& source, const Limits& limits, unsigned threads, const VisitInput& visit) {
    const std::size_t most = source.size().value_or(std::numeric_limits<std::size_t>::max());
    const std::size_t workers = std::clamp<std::size_t>(threads, 1, std::max<std::size_t>(most, 1));
    return Relay(source, limits, visit).run(workers);
}

}  // namespace pgoprof
