// What a terminal shows while profiles are collected.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cli/tool.h"
#include "pgoprof/fetch/collector.h"
#include "pgoprof/report/fetch_report.h"

namespace pgoprof::cli {

/// One target: what it is at. Up to a dozen: a bar each. More: one line of overall state.
class Progress {
public:
    using Time = std::chrono::steady_clock::time_point;

    Progress(const Console& console, const Collector& collector, std::uint64_t rounds);

    /// To be called as often as one likes.
    void show(Time now);

private:
    std::vector<std::string> lines(Time now) const;
    std::string overall(Time now) const;
    std::string round() const;

    const Console& console_;
    const Collector& collector_;
    std::uint64_t rounds_;
    bool shown_;  ///< there is a terminal
    Time next_{};
};

}  // namespace pgoprof::cli
