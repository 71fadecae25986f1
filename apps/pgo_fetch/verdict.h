// Whether what was collected is enough for the output.
#pragma once

#include <span>

#include "cli/tool.h"
#include "pgo_fetch/options.h"
#include "pgoprof/base/result.h"
#include "pgoprof/report/fetch_report.h"

namespace pgoprof::cli {

struct Verdict {
    bool writes;  ///< there is enough for the output
    ExitCode code;
};

/// Judges all captures of a run by what its options ask for, and says what is wrong.
class Judge {
public:
    Judge(const Options& options, const Console& console, std::span<const FetchReport::Row> rows)
        : options_(options), console_(console), rows_(rows), totals_(fetch_totals(rows)) {}

    /// `failures`: the worst of all failed captures.
    Verdict complete(ExitCode failures) const;

    /// What is complete is kept, whatever else was asked for.
    Verdict interrupted() const;

private:
    Verdict refuse(const Error& error) const;

    /// What would be written: it would replace a good profile by one that Go ignores.
    bool lacks_samples() const;
    Error idleness() const;

    const Options& options_;
    const Console& console_;
    std::span<const FetchReport::Row> rows_;
    FetchTotals totals_;
};

}  // namespace pgoprof::cli
