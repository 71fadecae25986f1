// What a collection came to.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pgoprof/model/input_summary.h"

namespace pgoprof {

struct FetchReport {
    struct Row {
        std::uint64_t round = 1;
        std::string target{};  ///< escaped, as `message` is
        std::uint64_t part = 1;
        std::uint64_t parts = 1;
        std::string time{};
        std::uint64_t attempts = 1;
        std::string_view outcome{};  ///< "captured", "idle", "failed"
        bool has_profile = true;     ///< the figures mean something
        std::int64_t duration_nanos = 0;
        std::int64_t samples = 0;
        double cores = 0;
        std::string sha256{};  ///< of the bytes in `file`; empty where there is none
        std::string file{};
        std::string fault{};  ///< empty unless it failed
        std::string message{};
        bool resumed = false;  ///< an earlier run took it
    };

    std::vector<Row> rows{};
    std::uint64_t rounds = 1;
    bool interrupted = false;
    std::string directory{};                   ///< empty: none
    std::string output{};                      ///< empty: nothing was written
    std::optional<InputSummary> provenance{};  ///< of the output, if it is a merge
};

/// How many of each outcome.
struct FetchTotals {
    std::size_t captured = 0;
    std::size_t idle = 0;
    std::size_t failed = 0;
};

FetchTotals fetch_totals(std::span<const FetchReport::Row> rows);

/// A table, sorted by round and target, and a line of totals.
std::string fetch_text(const FetchReport& report);

/// The document "pgoprof.pgo-fetch/1", in the same order.
std::string fetch_json(const FetchReport& report);

}  // namespace pgoprof
