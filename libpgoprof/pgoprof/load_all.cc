#include "pgoprof/load_all.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "pgoprof/base/parallel.h"

namespace pgoprof {
namespace {

/// Workers take inputs in order and decode them side by side; what is decoded is visited in that order, by whichever
/// worker has its hands free. There is one desk more than there are workers, so that one can decode on while an input
/// that it has finished waits for its turn.
class Relay {
public:
    Relay(InputSource& source, const Limits& limits, const VisitInput& visit, std::size_t desks, Samples samples)
        : source_(source), visit_(visit) {
        for (std::size_t i = 0; i < desks; ++i) free_.push_back(std::make_unique<Desk>(limits, samples));
    }

    Result<> run(std::size_t threads) {
        on_threads(threads, [this] { work(); });
        if (exception_) std::rethrow_exception(exception_);
        return std::move(end_);
    }

private:
    /// Where an input is, from when it is taken to when it has been visited.
    struct Desk {
        Desk(const Limits& limits, Samples samples) : loader(limits, Validation::require, samples) {}

        Loader loader;
        StoredInput input;
        std::optional<LoadedInput> loaded;  ///< nothing if it turns out to be none of this run's
    };
    using DeskPointer = std::unique_ptr<Desk>;

    void work() {
        std::unique_lock lock(mutex_);
        try {
            while (!exception_) {
                if (const auto next = waiting_.find(visited_); next != waiting_.end() && !visiting_) {
                    visit(std::move(waiting_.extract(next).mapped()), lock);
                } else if (!free_.empty() && !at_end_) {
                    decode_next(lock);
                } else if (at_end_ && visited_ == taken_) {
                    return;
                } else {
                    changed_.wait(lock);
                }
            }
        } catch (...) {
            if (!lock.owns_lock()) lock.lock();
            if (!exception_) exception_ = std::current_exception();
            changed_.notify_all();
        }
    }

    void visit(DeskPointer desk, std::unique_lock<std::mutex>& lock) {
        visiting_ = true;
        lock.unlock();
        if (desk->loaded) visit_(*desk->loaded);
        lock.lock();
        visiting_ = false;
        ++visited_;
        free_.push_back(std::move(desk));
        changed_.notify_all();
    }

    void decode_next(std::unique_lock<std::mutex>& lock) {
        DeskPointer desk = std::move(free_.back());
        free_.pop_back();
        lock.unlock();
        const auto number = take(desk->input);
        if (number) load(*desk);
        lock.lock();
        (number ? waiting_[*number] : free_.emplace_back()) = std::move(desk);
        changed_.notify_all();
    }

    /// The input's place in the order, or nothing if there are no more.
    std::optional<std::size_t> take(StoredInput& input) {
        const std::scoped_lock turn(source_mutex_);
        if (at_end_) return std::nullopt;
        auto more = source_.take(input);
        const std::scoped_lock lock(mutex_);
        if (more && *more) return taken_++;
        at_end_ = true;
        if (!more) end_ = std::unexpected(std::move(more.error()));
        return std::nullopt;
    }

    void load(Desk& desk) const {
        const auto wanted = source_.read(desk.input);
        desk.loaded.reset();
        if (!wanted) {
            desk.loaded.emplace(desk.input, fail_in(desk.input.name, wanted.error()));
        } else if (*wanted) {
            desk.loaded.emplace(desk.input, load_profile_bytes(desk.loader, desk.input.bytes.view(), desk.input.name));
        }
    }

    InputSource& source_;
    const VisitInput& visit_;

    std::mutex source_mutex_;  ///< taken before the other one

    std::mutex mutex_;  ///< guards all that follows
    std::condition_variable changed_;
    std::vector<DeskPointer> free_;
    std::map<std::size_t, DeskPointer> waiting_;  ///< decoded, by place in the order
    std::size_t taken_ = 0;
    std::size_t visited_ = 0;
    bool visiting_ = false;
    bool at_end_ = false;  ///< there is no more to take
    Result<> end_;
    std::exception_ptr exception_;  ///< a worker's first: memory ran out, or a bug
};

}  // namespace

Result<> load_all(InputSource& source, const Limits& limits, unsigned threads, const VisitInput& visit,
                  Samples samples) {
    const std::size_t most = source.size().value_or(std::numeric_limits<std::size_t>::max());
    const std::size_t workers = std::clamp<std::size_t>(threads, 1, std::max<std::size_t>(most, 1));
    const std::size_t desks =
        std::clamp<std::size_t>(workers == 1 ? 1 : workers + 1, 1, std::max<std::size_t>(most, 1));
    return Relay(source, limits, visit, desks, samples).run(workers);
}

}  // namespace pgoprof
