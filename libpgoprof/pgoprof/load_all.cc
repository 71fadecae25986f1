#include "pgoprof/load_all.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

namespace pgoprof {
namespace {

constexpr std::size_t kLookAhead = 2;

/// A ring of loaders: input i goes through slot i modulo their number. Workers take inputs in order and wait until the
/// slot's last profile was visited, which bounds the inputs in memory.
class Pipeline {
public:
    Pipeline(std::span<const std::string> paths, const Limits& limits, std::size_t slots) : paths_(paths) {
        for (std::size_t i = 0; i < slots; ++i) slots_.emplace_back(limits);
    }

    void run(std::size_t threads, const VisitProfile& visit) {
        std::vector<std::jthread> workers;
        workers.reserve(threads);
        const Stop stop_before_join{*this};
        try {
            for (std::size_t i = 0; i < threads; ++i) workers.emplace_back([this] { work(); });
        } catch (const std::system_error&) {
            if (workers.empty()) throw;  // else the system gives no more threads, and those that there are will do
        }
        for (std::size_t i = 0; i < paths_.size(); ++i) {
            Slot& slot = await_loaded(i);
            if (slot.exception) std::rethrow_exception(slot.exception);
            visit(i, std::move(*slot.profile));
            release(slot);
        }
    }

private:
    struct Slot {
        explicit Slot(const Limits& limits) : loader(limits) {}

        Loader loader;
        std::optional<Result<const RawProfile*>> profile;  ///< loaded, and not yet visited
        std::exception_ptr exception;                      ///< instead of a profile
        bool busy = false;
    };

    /// Lets the workers end, whichever way `run` is left.
    struct Stop {
        Pipeline& pipeline;
        ~Stop() { pipeline.stop(); }
    };

    Slot& slot_of(std::size_t input) { return slots_[input % slots_.size()]; }

    void work() {
        while (const auto input = take_input()) {
            Slot& slot = slot_of(*input);
            std::optional<Result<const RawProfile*>> profile;
            std::exception_ptr exception;
            try {
                profile = load_profile(slot.loader, paths_[*input]);
            } catch (...) {
                exception = std::current_exception();
            }
            const std::scoped_lock lock(mutex_);
            slot.profile = std::move(profile);
            slot.exception = exception;
            loaded_.notify_one();
        }
    }

    std::optional<std::size_t> take_input() {
        std::unique_lock lock(mutex_);
        freed_.wait(lock, [&] { return stopped_ || next_ == paths_.size() || !slot_of(next_).busy; });
        if (stopped_ || next_ == paths_.size()) return std::nullopt;
        slot_of(next_).busy = true;
        return next_++;
    }

    /// The slot can hold no other input's profile: the one before was released, the one after waits for this one.
    Slot& await_loaded(std::size_t input) {
        Slot& slot = slot_of(input);
        std::unique_lock lock(mutex_);
        loaded_.wait(lock, [&] { return slot.profile || slot.exception; });
        return slot;
    }

    void release(Slot& slot) {
        const std::scoped_lock lock(mutex_);
        slot.profile.reset();
        slot.busy = false;
        freed_.notify_all();
    }

    void stop() {
        const std::scoped_lock lock(mutex_);
        stopped_ = true;
        freed_.notify_all();
    }

    std::span<const std::string> paths_;
    std::deque<Slot> slots_;
    std::mutex mutex_;
    std::condition_variable loaded_;
    std::condition_variable freed_;
    std::size_t next_ = 0;
    bool stopped_ = false;
};

void load_serially(std::span<const std::string> paths, const Limits& limits, const VisitProfile& visit) {
    Loader loader(limits);
    for (std::size_t i = 0; i < paths.size(); ++i) visit(i, load_profile(loader, paths[i]));
}

}  // namespace

void load_all(std::span<const std::string> paths, const Limits& limits, unsigned threads, const VisitProfile& visit) {
    const std::size_t useful = std::min<std::size_t>(threads, paths.size());
    if (useful <= 1) return load_serially(paths, limits, visit);
    Pipeline(paths, limits, std::min(useful + kLookAhead, paths.size())).run(useful, visit);
}

}  // namespace pgoprof
