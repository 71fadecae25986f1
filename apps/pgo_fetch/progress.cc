#include "pgo_fetch/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

namespace pgoprof::cli {
namespace {

using std::chrono::seconds;
using State = Turn::State;

constexpr std::size_t kMostBars = 12;

seconds until(Progress::Time time, Progress::Time now) {
    return std::max(std::chrono::ceil<seconds>(time - now), seconds(0));
}

seconds left_of(const Turn& turn, Progress::Time now) { return until(turn.asked + turn.source.seconds, now); }

/// What a target is at, in few words.
std::string words(const Turn& turn, Progress::Time now) {
    switch (turn.state) {
        case State::waiting:
            return turn.due > now ? fmt::format("begins in {}s", until(turn.due, now).count()) : "waiting for its turn";
        case State::asking: {
            const auto left = left_of(turn, now);
            return left.count() > 0 ? fmt::format("{}s left", left.count()) : "waiting for the profile";
        }
        case State::retrying:
            return fmt::format("again in {}s", until(turn.due, now).count());
        case State::done:
            return "done";
        case State::failed:
            return "failed";
    }
    return {};
}

double part_done(const Turn& turn, Progress::Time now) {
    if (turn.state == State::done) return 1;
    if (turn.state != State::asking || turn.source.seconds.count() == 0) return 0;
    return std::clamp(std::chrono::duration<double>(now - turn.asked) / turn.source.seconds, 0.0, 1.0);
}

std::string bar(const Turn& turn, Progress::Time now) {
    constexpr std::size_t kWidth = 20;
    const auto full = static_cast<std::size_t>(part_done(turn, now) * kWidth);
    return fmt::format("[{}{}] {}: {}", std::string(full, '#'), std::string(kWidth - full, '.'), turn.source.name,
                       words(turn, now));
}

}  // namespace

Progress::Progress(const Console& console, const Collector& collector, std::uint64_t rounds)
    : console_(console), collector_(collector), rounds_(rounds), shown_(isatty(STDERR_FILENO) != 0) {}

void Progress::show(Time now) {
    if (!shown_ || now < next_) return;
    if (!collector_.turns().empty()) next_ = now + std::chrono::milliseconds(100);
    const auto shown = lines(now);
    if (shown.size() == 1) {
        console_.progress(shown.front());
    } else {
        console_.progress(shown);
    }
}

std::vector<std::string> Progress::lines(Time now) const {
    const auto turns = collector_.turns();
    if (const auto begin = collector_.next_round()) {
        return {fmt::format("{}next in {}s", round(), until(*begin, now).count())};
    }
    if (turns.empty()) return {"asking for targets"};
    if (turns.size() == 1) return {fmt::format("{}{}: {}", round(), turns[0].source.name, words(turns[0], now))};
    if (turns.size() > kMostBars) return {overall(now)};
    std::vector<std::string> bars;
    for (const Turn& turn : turns) bars.push_back(bar(turn, now));
    return bars;
}

std::string Progress::overall(Time now) const {
    const auto turns = collector_.turns();
    const auto count = [&](State state) { return std::ranges::count(turns, state, &Turn::state); };
    std::string text = fmt::format("{}{} of {} done", round(), count(State::done), turns.size());
    if (const auto failed = count(State::failed)) text += fmt::format(", {} failed", failed);
    if (const auto retrying = count(State::retrying)) text += fmt::format(", {} to be asked again", retrying);
    seconds left{0};
    for (const Turn& turn : turns) {
        if (turn.state == State::asking) left = std::max(left, left_of(turn, now));
        if (turn.state == State::waiting) left = std::max(left, until(turn.due, now) + turn.source.seconds);
    }
    return left.count() == 0 ? text : text + fmt::format(", {}s left", left.count());
}

std::string Progress::round() const {
    return rounds_ == 1 ? std::string() : fmt::format("round {} of {}: ", collector_.round(), rounds_);
}

}  // namespace pgoprof::cli
