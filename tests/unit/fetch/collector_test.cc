#include "pgoprof/fetch/collector.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "support/transfers.h"

using namespace pgoprof;
using namespace std::chrono_literals;
using testing::Answer;
using testing::VirtualTransfers;

namespace {

using Time = std::chrono::steady_clock::time_point;

/// Asks one URL, named as the source, and takes what comes for the profile.
class PlainExchange final : public Exchange {
public:
    explicit PlainExchange(std::string name) : name_(std::move(name)) {}

    Step first() override { return HttpRequest{.url = {.scheme = "http", .host = name_}}; }
    Step next(HttpOutcome outcome) override {
        if (!outcome) return explain_failure(outcome.error(), {}, 1s);
        if (outcome->status == 500) return CaptureFailure{.fault = CaptureFault::busy, .error = {}, .status = 500};
        if (outcome->status != 200) return explain_status(*outcome);
        std::vector<ProfileBody> bodies;
        for (int i = 0; i < std::max(1, std::atoi(std::string(outcome->header("parts")).c_str())); ++i) {
            bodies.emplace_back().bytes.append(outcome->body.view());
        }
        return bodies;
    }

private:
    std::string name_;
};

class NamedTarget final : public Target {
public:
    explicit NamedTarget(std::vector<std::string> sources) : name_(sources.front()), sources_(std::move(sources)) {}

    const std::string& name() const override { return name_; }
    Result<std::vector<Source>> sources(const Ask&) override {
        if (name_ == "none") return fail_in(name_, {.code = ErrorCode::network_failure, .message = "no pods"});
        std::vector<Source> result;
        for (const std::string& name : sources_) {
            Source source;
            source.name = name;
            source.seconds = 30s;
            source.ask = [name] { return std::make_unique<PlainExchange>(name); };
            result.push_back(std::move(source));
        }
        return result;
    }

private:
    std::string name_;
    std::vector<std::string> sources_;
};

struct Log final : CollectVisitor {
    std::vector<std::string> taken_;  ///< "ROUND name"
    std::vector<std::string> failed_;
    std::vector<std::string> repeated_;
    std::set<std::pair<std::uint64_t, std::string>> had_;
    std::vector<std::pair<std::uint64_t, Time>> planned_;
    std::function<Time()> now_;
    std::uint64_t over_ = 0;
    std::string full_at_;  ///< the disk

    bool is_over(std::uint64_t round) override { return round <= over_; }
    bool has(std::uint64_t round, std::string_view source) override {
        return had_.contains({round, std::string(source)});
    }
    void repeated(const Source& source) override { repeated_.push_back(source.name); }
    Result<> planned(std::span<const Turn> turns) override {
        for (const Turn& turn : turns) CHECK(turn.of >= turns.size());
        if (!turns.empty()) planned_.emplace_back(turns.front().round, now_());
        return {};
    }
    Result<> taken(const Turn& turn, const TakenProfile& profile) override {
        CHECK(profile.figures.samples == 1);
        CHECK(profile.profile.sample_count() == 1);
        const std::string name = std::to_string(turn.round) + " " + turn.source.name;
        if (name == full_at_) return fail(ErrorCode::io_failure, "the disk is full");
        taken_.push_back(profile.parts == 1 ? name : name + " part " + std::to_string(profile.part));
        return {};
    }
    Result<> failed(const Turn& turn, const CaptureFailure& failure, std::size_t, std::size_t) override {
        failed_.push_back(turn.source.name + ": " + std::string(fault_name(failure.fault)) + " after " +
                          std::to_string(turn.attempts));
        return {};
    }
};

struct Fleet {
    VirtualTransfers transfers;
    Log log;
    std::vector<std::unique_ptr<Target>> targets;

    explicit Fleet(int size = 0) {
        log.now_ = [this] { return transfers.now(); };
        for (int i = 0; i < size; ++i) add({"server-" + std::to_string(i)});
    }

    void add(std::vector<std::string> sources) { targets.push_back(std::make_unique<NamedTarget>(std::move(sources))); }

    Result<> run(CollectPlan plan, const KeepGoing& keep_going = [] { return true; }) {
        Collector collector(transfers, targets, std::move(plan), log, [this] { return transfers.now(); });
        return collector.run(keep_going);
    }

    std::chrono::milliseconds elapsed() const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(transfers.now() - Time{});
    }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("all targets are asked, so many at a time") {
    Fleet fleet(100);
    REQUIRE(fleet.run({.parallel = 8}));
    CHECK(fleet.log.taken_.size() == 100);
    CHECK(fleet.transfers.most_active() == 8);
    CHECK(fleet.elapsed() == 13 * 30s);  // ceil(100 / 8) waves
    CHECK(std::set(fleet.log.taken_.begin(), fleet.log.taken_.end()).size() == 100);
    CHECK_FALSE(std::ranges::is_sorted(fleet.log.taken_));
}

TEST_CASE("it waits for what is due, and is not busy meanwhile") {
    Fleet fleet(3);
    REQUIRE(fleet.run({.rounds = 2, .every = 1h}));
    CHECK(fleet.elapsed() == 1h + 30s);
    CHECK(fleet.transfers.advanced() < 3600 * 5 + 400);
}

TEST_CASE("rounds begin when they should, or as soon as they can") {
    Fleet fleet(2);
    REQUIRE(fleet.run({.rounds = 3, .every = 60s}));
    std::vector<std::pair<std::uint64_t, Time>> expected{{1, Time{}}, {2, Time{60s}}, {3, Time{120s}}};
    CHECK(fleet.log.planned_ == expected);
    Fleet slow(2);
    REQUIRE(slow.run({.rounds = 3, .every = 10s}));
    expected = {{1, Time{}}, {2, Time{30s}}, {3, Time{60s}}};
    CHECK(slow.log.planned_ == expected);
}

TEST_CASE("captures spread over a time begin within it") {
    Fleet fleet(50);
    REQUIRE(fleet.run({.spread = 100s, .parallel = 1000}));
    CHECK(fleet.log.taken_.size() == 50);
    CHECK((fleet.elapsed() > 100s && fleet.elapsed() < 130s));
    CHECK(fleet.transfers.most_active() < 40);
}

TEST_CASE("what fails is asked again, if that helps") {
    Fleet fleet(4);
    fleet.transfers.answer("server-0", {{.fault = HttpFault::refused}, {.status = 503}});
    fleet.transfers.answer("server-1", {{.status = 404}});
    fleet.transfers.answer("server-2", {{.status = 500}});  // busy
    fleet.transfers.answer("server-3", {{.status = 502}, {.status = 502}, {.status = 502}, {.status = 502}});
    REQUIRE(fleet.run({}));
    std::ranges::sort(fleet.log.taken_);
    std::ranges::sort(fleet.log.failed_);
    CHECK(fleet.log.taken_ == Names{"1 server-0", "1 server-2"});
    CHECK(fleet.log.failed_ == Names{"server-1: http-status after 1", "server-3: http-status after 3"});
    CHECK(fleet.transfers.asked("server-0") == 3);
    CHECK((fleet.elapsed() >= 60s && fleet.elapsed() <= 61s));  // the other's capture, and ours
}

TEST_CASE("a server's Retry-After is waited for") {
    Fleet fleet(1);
    fleet.transfers.answer("server-0", {{.status = 429, .headers = {{"retry-after", "77"}}}});
    REQUIRE(fleet.run({}));
    CHECK(fleet.elapsed() == 107s);
}

TEST_CASE("a body that is cut short is fetched again, another one that is no profile is not") {
    Fleet fleet(2);
    fleet.transfers.answer("server-0", {{.after = 1s, .body = testing::cut_short_profile()}});
    fleet.transfers.answer("server-1", {{.after = 1s, .body = "hello"}});
    REQUIRE(fleet.run({}));
    CHECK(fleet.log.taken_ == Names{"1 server-0"});
    CHECK(fleet.log.failed_ == Names{"server-1: not-a-profile after 1"});
}

TEST_CASE("a source may give several profiles") {
    Fleet fleet(1);
    fleet.transfers.answer("server-0", {{.headers = {{"parts", "3"}}}});
    REQUIRE(fleet.run({}));
    CHECK(fleet.log.taken_ == Names{"1 server-0 part 1", "1 server-0 part 2", "1 server-0 part 3"});
}

TEST_CASE("a source is asked once, however often it is named") {
    Fleet fleet;
    fleet.add({"a", "b"});
    fleet.add({"b", "c"});
    fleet.add({"none"});
    REQUIRE(fleet.run({}));
    std::ranges::sort(fleet.log.taken_);
    CHECK(fleet.log.taken_ == Names{"1 a", "1 b", "1 c"});
    CHECK(fleet.log.repeated_ == Names{"b"});
    CHECK(fleet.log.failed_ == Names{"none: unresolved after 1"});
}

TEST_CASE("a run that is resumed asks for what is missing") {
    Fleet whole(10);
    REQUIRE(whole.run({.seed = 4, .rounds = 2, .sampling = {.count = 5}}));
    CHECK(whole.log.taken_.size() == 10);
    Fleet rest(10);
    rest.log.over_ = 1;
    rest.log.had_ = {{2, whole.log.taken_[5].substr(2)}, {2, whole.log.taken_[8].substr(2)}};
    REQUIRE(rest.run({.seed = 4, .rounds = 2, .sampling = {.count = 5}}));
    CHECK(rest.log.taken_ == Names{whole.log.taken_[6], whole.log.taken_[7], whole.log.taken_[9]});
}

TEST_CASE("an interruption ends it within a moment, and reports nothing of what was under way") {
    Fleet fleet(10);
    const auto result = fleet.run({.rounds = 5, .every = 1h, .parallel = 4}, [&] { return fleet.elapsed() < 45s; });
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::interrupted);
    CHECK(fleet.log.taken_.size() == 4);
    CHECK(fleet.log.failed_.empty());
    CHECK(fleet.transfers.active() == 0);
    CHECK(fleet.elapsed() <= 46s);
}

TEST_CASE("an error of the visitor ends it") {
    Fleet fleet(10);
    fleet.log.full_at_ = "1 server-3";
    const auto result = fleet.run({.parallel = 4});
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::io_failure);
    CHECK(fleet.transfers.active() == 0);
}
