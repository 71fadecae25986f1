#include "pgoprof/fetch/collector.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "pgoprof/fetch/treatment.h"
#include "pgoprof/transform/raw_view.h"

namespace pgoprof {
namespace {

using std::chrono::milliseconds;

/// What is asked several times a second: whether to go on.
constexpr milliseconds kPatience{200};

CaptureFailure no_sources(const Error& error) {
    const bool stopped = error.code == ErrorCode::interrupted;
    return {.fault = stopped ? CaptureFault::interrupted : CaptureFault::unresolved, .error = error};
}

/// The names of a round's sources, of which no two are the same.
class Names {
public:
    /// False for a source that is there already. One that only differs in what its name hides is called "NAME #2".
    bool add(Source& source) {
        std::vector<std::string>& known = identities_[source.name];
        if (std::ranges::find(known, source.identity) != known.end()) return false;
        known.push_back(source.identity);
        if (known.size() > 1) source.name += fmt::format(" #{}", known.size());
        return true;
    }

private:
    std::unordered_map<std::string, std::vector<std::string>> identities_;
};

std::unexpected<Error> interrupted() { return fail(ErrorCode::interrupted, "interrupted"); }

}  // namespace

Collector::Collector(HttpTransfers& transfers, std::span<const std::unique_ptr<Target>> targets, CollectPlan plan,
                     CollectVisitor& visitor, Now now)
    : transfers_(transfers),
      targets_(targets),
      plan_(std::move(plan)),
      visitor_(visitor),
      now_(std::move(now)),
      loader_(plan_.limits),
      schedule_(plan_.seed) {}

Result<> Collector::run(const KeepGoing& keep_going) {
    bool first = true;
    for (round_ = 1; round_ <= plan_.rounds; ++round_) {
        if (visitor_.is_over(round_)) continue;
        if (!first) {
            if (auto waited = wait_for_round(begun_ + plan_.every, keep_going); !waited) return waited;
        }
        first = false;
        begun_ = now_();
        if (auto ran = run_round(keep_going); !ran) return ran;
    }
    return {};
}

Result<> Collector::wait_for_round(Time begin, const KeepGoing& keep_going) {
    next_round_ = begin;
    while (now_() < begin) {
        if (!keep_going()) return interrupted();
        transfers_.advance(std::min(kPatience, std::chrono::ceil<milliseconds>(begin - now_())));
    }
    next_round_.reset();
    return {};
}

Result<> Collector::run_round(const KeepGoing& keep_going) {
    if (auto planned = plan_round(keep_going); !planned) return planned;
    for (const auto& [position, failure] : without_sources_) fail_turn(position, failure);
    while (visited_ && (under_way_ != 0 || !due_.empty())) {
        start_due();
        if (!keep_going()) {
            give_up();
            return interrupted();
        }
        if (under_way_ != 0 || !due_.empty()) transfers_.advance(patience());
    }
    if (!visited_) give_up();
    return visited_;
}

Result<> Collector::plan_round(const KeepGoing& keep_going) {
    turns_.clear();
    without_sources_.clear();
    std::vector<Source> found = sources(keep_going);
    if (!keep_going()) return interrupted();
    std::vector<std::string_view> names;
    names.reserve(found.size());
    for (const Source& source : found) names.emplace_back(source.name);
    const auto order = schedule_.order(round_, names, plan_.sampling);
    const std::uint64_t of = order.size() + without_sources_.size();
    for (Turn& turn : turns_) turn.of = of;
    for (const std::size_t position : order) {
        if (!visitor_.has(round_, names[position])) plan_turn(std::move(found[position]), of);
    }
    return visitor_.planned(turns_);
}

/// Each once. A target that has none gets its turn here.
std::vector<Source> Collector::sources(const KeepGoing& keep_going) {
    const Ask ask = [&](HttpRequest request) { return perform(transfers_, std::move(request), keep_going); };
    std::vector<Source> all;
    Names names;
    for (const auto& target : targets_) {
        auto found = target->sources(ask);
        if (!found) {
            without_sources_.emplace_back(turns_.size(), no_sources(found.error()));
            turns_.push_back({.source = {.name = target->name(), .ask = {}}, .round = round_, .attempts = 1});
            turns_.back().asked_at = std::chrono::system_clock::now();
            continue;
        }
        for (Source& source : *found) {
            if (names.add(source)) {
                all.push_back(std::move(source));
            } else {
                visitor_.repeated(source);
            }
        }
    }
    return all;
}

void Collector::plan_turn(Source source, std::uint64_t of) {
    const Time due = begun_ + schedule_.delay(round_, source.name, plan_.spread);
    due_.push({due, turns_.size()});
    turns_.push_back({.source = std::move(source), .round = round_, .of = of, .due = due});
}

void Collector::start_due() {
    while (visited_ && under_way_ < plan_.parallel && !due_.empty() && due_.top().time <= now_()) {
        const std::size_t position = due_.top().turn;
        due_.pop();
        ask(position);
    }
}

void Collector::ask(std::size_t position) {
    Turn& turn = turns_[position];
    turn.state = Turn::State::asking;
    turn.asked = now_();
    turn.asked_at = std::chrono::system_clock::now();
    ++turn.attempts;
    ++under_way_;
    converse(transfers_, turn.source.ask(),
             [this, position](ExchangeOutcome outcome) { finish(position, std::move(outcome)); });
}

void Collector::finish(std::size_t position, ExchangeOutcome outcome) {
    --under_way_;
    if (given_up_) return;
    if (outcome) {
        take(position, *std::move(outcome));
    } else if (!tries_again(position, outcome.error())) {
        fail_turn(position, outcome.error());
    }
}

void Collector::take(std::size_t position, std::vector<ProfileBody> bodies) {
    Turn& turn = turns_[position];
    turn.state = Turn::State::done;
    const std::size_t parts = bodies.size();
    for (std::size_t part = 1; part <= parts && visited_; ++part) {
        const auto failure = take_part(turn, bodies[part - 1], part, parts);
        if (!failure) continue;
        if (part == 1 && tries_again(position, *failure)) return;
        fail_turn(position, *failure, part, parts);
    }
}

/// Hands a profile to the visitor, or says why it cannot be used.
std::optional<CaptureFailure> Collector::take_part(const Turn& turn, ProfileBody& body, std::size_t part,
                                                   std::size_t parts) {
    const auto captured = read_capture(loader_, body);
    if (!captured) return captured.error();
    if (!changes_anything(turn.source.treatment)) {
        note(visitor_.taken(turn, {body, *captured->profile, captured->figures, part, parts}));
        return std::nullopt;
    }
    const auto treated = treat(*captured->profile, turn.source.treatment);
    if (!treated) return CaptureFailure{.fault = CaptureFault::not_a_profile, .error = treated.error()};
    ProfileBody treated_body = body_of(*treated);
    note(visitor_.taken(turn, {treated_body, raw_view(*treated), captured->figures, part, parts}));
    return std::nullopt;
}

void Collector::fail_turn(std::size_t position, const CaptureFailure& failure, std::size_t part, std::size_t parts) {
    turns_[position].state = Turn::State::failed;
    note(visitor_.failed(turns_[position], failure, part, parts));
}

bool Collector::tries_again(std::size_t position, const CaptureFailure& failure) {
    Turn& turn = turns_[position];
    const double chance = schedule_.wait(round_, turn.source.name, turn.attempts);
    const auto delay = retry_delay(plan_.retry, failure, turn.attempts, turn.source.seconds, chance);
    if (!delay) return false;
    turn.state = Turn::State::retrying;
    turn.due = now_() + *delay;
    due_.push({turn.due, position});
    return true;
}

void Collector::note(Result<> result) {
    if (visited_) visited_ = std::move(result);
}

void Collector::give_up() {
    given_up_ = true;
    due_ = {};
    while (under_way_ != 0) transfers_.cancel_all();
}

milliseconds Collector::patience() const {
    if (due_.empty() || under_way_ == plan_.parallel) return kPatience;
    const auto wait = std::chrono::ceil<milliseconds>(due_.top().time - now_());
    return std::clamp(wait, milliseconds(0), kPatience);
}

}  // namespace pgoprof
