// What pgo-merge and pgo-fetch do with profiles: fold them into one, by the same options and in the same words.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/tool.h"
#include "pgoprof/base/result.h"
#include "pgoprof/model/raw_profile.h"
#include "pgoprof/transform/durations.h"
#include "pgoprof/transform/merge.h"
#include "pgoprof/transform/mixture.h"

namespace pgoprof::cli {

/// How many inputs must be merged for the others' failures to be tolerated.
struct MinSuccess {
    std::uint64_t count = 1;
    double fraction = 0;

    /// Of so many inputs.
    std::uint64_t needed(std::uint64_t inputs) const;
    bool met(std::uint64_t merged, std::uint64_t failed) const { return merged >= needed(merged + failed); }
};

struct MergingOptions {
    std::string durations = "check";
    std::optional<double> tolerance;  ///< of durations that are checked
    std::string weight_by = "cpu";
    bool drop_labels = false;
    std::optional<std::vector<std::string>> keep_labels;  ///< by their keys
    MergeOptions merge;

    bool changes_nothing() const {
        return durations == "check" && !tolerance && weight_by == "cpu" && !drop_labels && !keep_labels &&
               merge.detail == Detail::full;
    }
    bool checks_durations() const { return durations == "check" && weight_by == "cpu"; }
    double allowed_difference() const { return tolerance.value_or(0.1); }
};

/// --min-success N|P%.
void add_min_success_option(CLI::App& app, std::optional<MinSuccess>& least, const std::string& help);

/// --durations, --duration-tolerance, --weight-by, --compact, --drop-labels and --keep-labels.
void add_merging_options(CLI::App& app, MergingOptions& options);

/// Options that make no sense together are a usage error.
Result<> check_merging_options(const MergingOptions& options);

/// Folds profiles into one, and writes that.
class Merging {
public:
    Merging(const MergingOptions& options, unsigned threads);

    enum class Compared : bool {
        no,  ///< how long it took is not for us to say: a backend chose it
        yes,
    };

    /// How often its values were counted. `duration` is what it says, or is to be taken for, where durations are
    /// checked. Errors: those of the Merger, of scale_factor and of share_factor.
    Result<std::int64_t> add(const RawProfile& raw, InputDuration duration, std::int64_t weight = 1,
                             Compared compared = Compared::yes);

    std::size_t inputs() const { return inputs_; }

    /// Whether what was added is comparable, as far as the options ask for that; `console` is told what is not.
    Result<> check_durations(const Console& console) const;

    /// Sample types, and keys of labels, that are not in the result, and in what else the inputs differ.
    std::vector<std::string> dropped_sample_types() const;
    std::vector<std::string> dropped_labels() const;
    std::vector<std::string> notes() const { return mixture_.notes(); }

    /// Says so: nothing is left out without a word.
    void note_dropped(const Console& console) const;

    /// At least one input must have been added; nothing more can be. Gives the provenance of what was written.
    Result<InputSummary> write(const std::string& path, std::uint64_t failed_inputs, const Console& console) &&;

private:
    Result<std::int64_t> factor(const RawProfile& raw, const InputSummary& summary, std::int64_t weight) const;
    Result<> write_profile(const std::string& path, const StreamedProfile& merged) const;

    const MergingOptions& options_;
    unsigned threads_;
    Merger merger_;
    Mixture mixture_;
    std::size_t inputs_ = 0;
    std::vector<InputDuration> durations_;  ///< of those that are compared
};

}  // namespace pgoprof::cli
