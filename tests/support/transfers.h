// HttpTransfers in memory, with a clock of their own.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "pgoprof/io/http.h"

namespace pgoprof::testing {

struct Answer {
    std::chrono::milliseconds after{0};
    std::optional<HttpFault> fault{};
    long status = 200;
    HttpHeaders headers{};
    std::string body{};  ///< empty: a profile of one sample
};

/// Answers of their own to some hosts, in order; after these, as to all others, a profile after 30 s. Time stands still
/// but in `advance`.
class VirtualTransfers final : public HttpTransfers {
public:
    using Time = std::chrono::steady_clock::time_point;

    void answer(const std::string& host, std::deque<Answer> answers) { answers_[host] = std::move(answers); }

    Time now() const { return now_; }
    std::size_t most_active() const { return most_active_; }
    std::uint64_t advanced() const { return advanced_; }
    int asked(const std::string& host) { return asked_[host]; }

    void start(HttpRequest request, Done done) override;
    void advance(std::chrono::milliseconds longest) override;
    void cancel_all() override;
    std::size_t active() const override { return under_way_.size(); }

private:
    Answer next_answer(const std::string& host);

    Time now_{};
    std::multimap<Time, std::pair<Answer, Done>> under_way_;
    std::map<std::string, std::deque<Answer>> answers_;
    std::map<std::string, int> asked_;
    std::size_t most_active_ = 0;
    std::uint64_t advanced_ = 0;
};

/// A profile as Go serves it, all but its end.
std::string cut_short_profile();

}  // namespace pgoprof::testing
