// What a merge makes of everything but mappings, locations and samples: part of merge.h's implementation.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "pgoprof/base/result.h"
#include "pgoprof/model/input_summary.h"
#include "pgoprof/model/raw_profile.h"

namespace pgoprof::merging {

struct Header {
    std::optional<InputSummary> summary;          ///< none before the first input
    std::string period_type;                      ///< both empty: none
    std::string period_unit;                      ///< the finest
    std::int64_t period = 0;                      ///< largest
    std::int64_t time_nanos = 0;                  ///< smallest but 0
    std::int64_t duration_nanos = 0;              ///< sum
    std::set<std::string, std::less<>> comments;  ///< without provenance
    std::string default_sample_type;              ///< smallest but empty, as are the next three
    std::string doc_url;
    std::string drop_frames;
    std::string keep_frames;

    /// `scaled`: the values come scaled, whatever the provenance in `raw` says. Errors, after which nothing has
    /// changed: period types that differ, overflow, an input that is scaled among some that are not.
    Result<> add(const RawProfile& raw, bool scaled);
};

}  // namespace pgoprof::merging
