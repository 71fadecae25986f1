// Collecting from many sources, round by round.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"
#include "pgoprof/fetch/capture.h"
#include "pgoprof/fetch/retry.h"
#include "pgoprof/fetch/schedule.h"
#include "pgoprof/fetch/source.h"
#include "pgoprof/io/http.h"
#include "pgoprof/load.h"

namespace pgoprof {

struct CollectPlan {
    std::uint64_t seed = 0;  ///< of the schedule
    std::uint64_t rounds = 1;
    std::chrono::milliseconds every{0};   ///< from one round's beginning to the next one's, unless it takes longer
    std::chrono::milliseconds spread{0};  ///< within which a round asks its sources
    Sampling sampling{};
    std::size_t parallel = 32;  ///< sources that are asked at a time
    RetryPolicy retry{};
    Limits limits{};  ///< of decoding
};

/// A source's turn in a round.
struct Turn {
    enum class State : std::uint8_t { waiting, asking, retrying, done, failed };

    Source source;
    std::uint64_t round = 1;  ///< from 1
    std::uint64_t of = 1;     ///< sources that the round asks
    State state = State::waiting;
    std::uint64_t attempts = 0;                        ///< the current one included
    std::chrono::steady_clock::time_point due{};       ///< when it is asked first, or again
    std::chrono::steady_clock::time_point asked{};     ///< the last time
    std::chrono::system_clock::time_point asked_at{};  ///< the same for people
};

/// A profile that a turn gave, after its source's treatment. Nothing of it outlives the call that it is given to.
struct TakenProfile {
    ProfileBody& body;
    const RawProfile& profile;
    const CaptureFigures& figures;
    std::size_t part = 1;  ///< of as many as the source gave
    std::size_t parts = 1;
};

/// What becomes of a collection. An error that any of these returns ends it.
class CollectVisitor {
public:
    virtual ~CollectVisitor() = default;

    /// Whether a round is over already, as in a run that is resumed.
    virtual bool is_over(std::uint64_t round) = 0;
    /// Whether a round has what this source gives.
    virtual bool has(std::uint64_t round, std::string_view source) = 0;
    /// A source's name came up twice in a round; it is asked once.
    virtual void repeated(const Source& source) = 0;
    /// Once all turns of a round are known.
    virtual Result<> planned(std::span<const Turn> turns) = 0;
    virtual Result<> taken(const Turn& turn, const TakenProfile& profile) = 0;
    /// There is no profile, or part number `part` of `parts` cannot be used. A target that has no sources has a turn
    /// without a source but its name.
    virtual Result<> failed(const Turn& turn, const CaptureFailure& failure, std::size_t part, std::size_t parts) = 0;
};

/// On the thread that calls. Memory is bounded by what is under way: the bodies of `parallel` sources, and one decoded
/// profile.
class Collector {
public:
    using Now = std::function<std::chrono::steady_clock::time_point()>;

    /// All must outlive it. `now` is for tests.
    Collector(HttpTransfers& transfers, std::span<const std::unique_ptr<Target>> targets, CollectPlan plan,
              CollectVisitor& visitor, Now now = &std::chrono::steady_clock::now);

    /// Until all rounds are over, the visitor returns an error, or `keep_going` says no, which is
    /// ErrorCode::interrupted: what was under way then is given up without a word to the visitor.
    Result<> run(const KeepGoing& keep_going);

    /// Of the current round.
    std::span<const Turn> turns() const { return turns_; }
    std::uint64_t round() const { return round_; }
    /// When the next round begins, while none is under way.
    std::optional<std::chrono::steady_clock::time_point> next_round() const { return next_round_; }

private:
    struct Due {
        std::chrono::steady_clock::time_point time;
        std::size_t turn;  ///< its position

        /// The next one is on top of the queue.
        bool operator<(const Due& other) const { return std::tie(time, turn) > std::tie(other.time, other.turn); }
    };

    using Time = std::chrono::steady_clock::time_point;

    Result<> run_round(const KeepGoing& keep_going);
    Result<> plan_round(const KeepGoing& keep_going);
    std::vector<Source> sources(const KeepGoing& keep_going);
    Result<> wait_for_round(Time begin, const KeepGoing& keep_going);
    void plan_turn(Source source, std::uint64_t of);
    void start_due();
    void ask(std::size_t position);
    void finish(std::size_t position, ExchangeOutcome outcome);
    void take(std::size_t position, std::vector<ProfileBody> bodies);
    std::optional<CaptureFailure> take_part(const Turn& turn, ProfileBody& body, std::size_t part, std::size_t parts);
    void fail_turn(std::size_t position, const CaptureFailure& failure, std::size_t part = 1, std::size_t parts = 1);
    bool tries_again(std::size_t position, const CaptureFailure& failure);
    void note(Result<> result);
    void give_up();
    std::chrono::milliseconds patience() const;

    HttpTransfers& transfers_;
    std::span<const std::unique_ptr<Target>> targets_;
    CollectPlan plan_;
    CollectVisitor& visitor_;
    Now now_;
    Loader loader_;
    Schedule schedule_;

    std::uint64_t round_ = 0;
    Time begun_{};  ///< the round
    std::vector<Turn> turns_;
    std::vector<std::pair<std::size_t, CaptureFailure>> without_sources_;  ///< turns of targets that have none
    std::priority_queue<Due> due_;
    std::size_t under_way_ = 0;
    std::optional<Time> next_round_;
    bool given_up_ = false;
    Result<> visited_{};  ///< the visitor's first error
};

}  // namespace pgoprof
