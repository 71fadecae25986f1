// What went into a merge, and what did not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pgoprof/base/error.h"
#include "pgoprof/base/sha256.h"
#include "pgoprof/model/input_summary.h"
#include "pgoprof/transform/profile_totals.h"

namespace pgoprof {

struct MergeReport {
    enum class Outcome : std::uint8_t { merged, failed, duplicate };

    /// What the profile itself says.
    struct Content {
        InputSummary summary;
        std::int64_t duration_nanos = 0;
        ProfileTotals totals;
    };

    struct Input {
        std::string name;  ///< for messages
        Outcome outcome = Outcome::merged;
        std::optional<Error> error{};          ///< of one that failed
        std::optional<std::uint64_t> bytes{};  ///< as stored; nothing if it could not be read
        std::optional<Sha256> sha256{};        ///< of those
        std::int64_t weight = 1;
        std::optional<std::int64_t> factor{};  ///< how often its values were counted, if they were
        std::optional<Content> content{};      ///< if it could be decoded
    };

    std::vector<Input> inputs{};               ///< in the order given
    std::vector<Error> errors{};               ///< of the run as a whole: there is no output
    std::optional<InputSummary> provenance{};  ///< of the output, if there is one
    std::string output{};                      ///< its name
    std::vector<std::string> dropped_sample_types{};
    std::vector<std::string> dropped_labels{};  ///< their keys
    std::vector<std::string> notes{};           ///< in what else the inputs differ
};

/// The document "pgoprof.pgo-merge/1". All text is escaped as on a terminal, which keeps it valid UTF-8.
std::string merge_json(const MergeReport& report);

}  // namespace pgoprof
