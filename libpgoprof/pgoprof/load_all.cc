#include "pgoprof/load_all.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <limits>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

namespace pgoprof {
namespace {

constexpr std::size_t kLookAhead = 2;

/// An input, and what decodes it. Made for reuse.
class Slot {
public:
    explicit Slot(const Limits& limits) : loader_(limits) {}

    StoredInput& input() { return input_; }

    /// What was taken into `input()`, now part of this slot; nothing if it is none of this run's.
    std::optional<LoadedInput> load(InputSource& source) {
        const auto wanted = source.read(input_);
        if (!wanted) return LoadedInput{input_, fail_in(input_.name, wanted.error())};
        if (!*wanted) return std::nullopt;
        return LoadedInput{input_, load_profile_bytes(loader_, input_.bytes.view(), input_.name)};
    }

private:
    StoredInput input_;
    Loader loader_;
};

/// A ring of slots: input i goes through slot i modulo their number. Workers take inputs in order and wait until the
/// slot's last profile was visited, which bounds the inputs in memory.
class Pipeline {
public:
    Pipeline(InputSource& source, const Limits& limits, std::size_t slots) : source_(source) {
        for (std::size_t i = 0; i < slots; ++i) stations_.emplace_back(limits);
    }

    /// Nothing, with no input taken, if the system gives no thread at all.
    std::optional<Result<>> run(std::size_t threads, const VisitInput& visit) {
        std::vector<std::jthread> workers;
        workers.reserve(threads);
        const Stop stop_before_join{*this};
        try {
            for (std::size_t i = 0; i < threads; ++i) workers.emplace_back([this] { work(); });
        } catch (const std::system_error&) {
            if (workers.empty()) return std::nullopt;  // else those that there are will do
        }
        for (std::size_t i = 0; Station* const station = await_loaded(i); ++i) {
            if (station->input) visit(*station->input);
            release(*station);
        }
        const std::scoped_lock lock(mutex_);
        if (exception_) std::rethrow_exception(exception_);
        return std::move(end_);
    }

private:
    struct Station {
        explicit Station(const Limits& limits) : slot(limits) {}

        Slot slot;
        bool busy = false;
        bool loaded = false;               ///< and not yet visited
        std::optional<LoadedInput> input;  ///< if loaded and to be visited
    };

    /// Lets the workers end, whichever way `run` is left.
    struct Stop {
        Pipeline& pipeline;
        ~Stop() { pipeline.stop(); }
    };

    Station& station_of(std::size_t input) { return stations_[input % stations_.size()]; }

    void work() {
        try {
            while (Station* const station = take_input()) {
                auto input = station->slot.load(source_);
                const std::scoped_lock lock(mutex_);
                if (input) station->input.emplace(std::move(*input));
                station->loaded = true;
                loaded_.notify_one();
            }
        } catch (...) {
            const std::scoped_lock lock(mutex_);
            if (!exception_) exception_ = std::current_exception();
            loaded_.notify_one();
        }
    }

    /// Null if there are no more.
    Station* take_input() {
        const std::scoped_lock one_at_a_time(source_mutex_);
        Station& station = station_of(taken_);
        if (!await_free(station)) return nullptr;
        auto more = source_.take(station.slot.input());
        const std::scoped_lock lock(mutex_);
        if (more && *more) {
            ++taken_;
            return &station;
        }
        at_end_ = true;
        if (!more) end_ = std::unexpected(std::move(more.error()));
        loaded_.notify_one();
        return nullptr;
    }

    bool await_free(Station& station) {
        std::unique_lock lock(mutex_);
        freed_.wait(lock, [&] { return stopped_ || at_end_ || !station.busy; });
        if (stopped_ || at_end_) return false;
        station.busy = true;
        return true;
    }

    /// Null after the last input. The station can hold no other input: the one before was released, the one after waits
    /// for this one.
    Station* await_loaded(std::size_t input) {
        Station& station = station_of(input);
        std::unique_lock lock(mutex_);
        loaded_.wait(lock, [&] { return station.loaded || exception_ || (at_end_ && input == taken_); });
        return station.loaded && !exception_ ? &station : nullptr;
    }

    void release(Station& station) {
        const std::scoped_lock lock(mutex_);
        station.input.reset();
        station.loaded = station.busy = false;
        freed_.notify_one();
    }

    void stop() {
        const std::scoped_lock lock(mutex_);
        stopped_ = true;
        freed_.notify_all();
    }

    InputSource& source_;
    std::deque<Station> stations_;
    std::mutex source_mutex_;  ///< held while an input is taken; always locked before `mutex_`, which guards the rest
    std::mutex mutex_;
    std::condition_variable loaded_;
    std::condition_variable freed_;
    std::size_t taken_ = 0;
    bool at_end_ = false;
    Result<> end_;
    std::exception_ptr exception_;  ///< a worker's first: memory ran out, or a bug
    bool stopped_ = false;
};

Result<> load_serially(InputSource& source, const Limits& limits, const VisitInput& visit) {
    Slot slot(limits);
    for (;;) {
        const auto more = source.take(slot.input());
        if (!more) return fail(more.error());
        if (!*more) return {};
        if (const auto input = slot.load(source)) visit(*input);
    }
}

}  // namespace

Result<> load_all(InputSource& source, const Limits& limits, unsigned threads, const VisitInput& visit) {
    const std::size_t most = source.size().value_or(std::numeric_limits<std::size_t>::max());
    const std::size_t useful = std::min<std::size_t>(threads, most);
    if (useful <= 1) return load_serially(source, limits, visit);
    const auto loaded = Pipeline(source, limits, std::min(useful + kLookAhead, most)).run(useful, visit);
    return loaded ? *loaded : load_serially(source, limits, visit);
}

}  // namespace pgoprof
