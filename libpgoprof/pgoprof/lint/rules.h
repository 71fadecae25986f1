// The rules above the invariants: rows of one table, each with its check.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pgoprof/lint/lint.h"
#include "pgoprof/lint/survey.h"
#include "pgoprof/model/invariants.h"
#include "pgoprof/transform/call_edges.h"

namespace pgoprof::detail {

/// What the checks look at, found out once a file.
struct Facts {
    const LintInput& input;
    const LintOptions& options;
    const RawProfile* profile = nullptr;  ///< satisfies every invariant; null if the file was preprofiled
    const EdgeProfile* edges = nullptr;   ///< null if `refusal` is set
    const Error* refusal = nullptr;       ///< why there are no edges
    std::optional<std::size_t> column{};  ///< position of the sample type that the compiler reads
    Survey survey{};                      ///< empty if the file was preprofiled

    bool preprofiled() const { return profile == nullptr; }
    bool ignored_as(SilentlyIgnored reason) const { return edges != nullptr && edges->ignored == reason; }
    bool refused_by(std::string_view rule) const { return refusal != nullptr && refusal->rule == rule; }
    bool used() const { return profile != nullptr && ignored_as(SilentlyIgnored::no); }
};

/// Which files a check is for.
enum class Judges : std::uint8_t {
    every_file,     ///< the check sees to what it needs
    used_profiles,  ///< that Go takes in full: `profile`, `edges` and `column` are there
};

/// The finding's message, or nullopt if all is well.
using Check = std::optional<std::string> (*)(const Facts&);

struct CheckedRule {
    LintRule rule;
    Judges judges;
    Check check;
};

/// In the order of their ids.
std::span<const CheckedRule> acceptance_rules();  // PGO2xx
std::span<const CheckedRule> usefulness_rules();  // PGO3xx
std::span<const CheckedRule> hygiene_rules();     // PGO4xx

/// The paragraph on an invariant, for its rule.
std::string_view explain(Invariant invariant);

// acceptance.cc: what the Go compiler refuses, ignores, or reads as something else.
std::optional<std::string> no_sample_type(const Facts& facts);
std::optional<std::string> no_start_line(const Facts& facts);
std::optional<std::string> empty_file(const Facts& facts);
std::optional<std::string> no_samples(const Facts& facts);
std::optional<std::string> zero_weight(const Facts& facts);
std::optional<std::string> already_preprofiled(const Facts& facts);
std::optional<std::string> line_break_in_name(const Facts& facts);
std::optional<std::string> over_long_name(const Facts& facts);

// edge_checks.cc: call edges that never match the source, or that it is no good to match.
std::optional<std::string> partial_start_line(const Facts& facts);
std::optional<std::string> unsymbolized_frames(const Facts& facts);
std::optional<std::string> negative_edges(const Facts& facts);
std::optional<std::string> unstable_hot_set(const Facts& facts);
std::optional<std::string> cut_generic_names(const Facts& facts);
std::optional<std::string> demangled_names(const Facts& facts);
std::optional<std::string> missing_line_numbers(const Facts& facts);
std::optional<std::string> instrumented_build(const Facts& facts);
std::optional<std::string> stack_growing_edges(const Facts& facts);
std::optional<std::string> no_inline_prefix(const Facts& facts);

// sample_checks.cc: what was sampled, and how.
std::optional<std::string> negative_values(const Facts& facts);
std::optional<std::string> idle_process(const Facts& facts);
std::optional<std::string> not_go_code(const Facts& facts);
std::optional<std::string> other_profile_kind(const Facts& facts);
std::optional<std::string> sample_type_order(const Facts& facts);
std::optional<std::string> diff_profile(const Facts& facts);
std::optional<std::string> dominating_goroutine(const Facts& facts);
std::optional<std::string> several_builds(const Facts& facts);
std::optional<std::string> frameless_stacks(const Facts& facts);
std::optional<std::string> no_inlined_frames(const Facts& facts);
std::optional<std::string> columns_disagree(const Facts& facts);
std::optional<std::string> absurd_weights(const Facts& facts);
std::optional<std::string> lost_samples(const Facts& facts);

// hygiene.cc, personal_labels.cc: header, age, size, and what should not be published.
std::optional<std::string> missing_duration(const Facts& facts);
std::optional<std::string> odd_period_type(const Facts& facts);
std::optional<std::string> odd_duration(const Facts& facts);
std::optional<std::string> too_old(const Facts& facts);
std::optional<std::string> time_in_future(const Facts& facts);
std::optional<std::string> too_large(const Facts& facts);
std::optional<std::string> home_directories(const Facts& facts);
std::optional<std::string> personal_labels(const Facts& facts);

/// `text`, or its beginning if it is long, for a message.
std::string excerpt(std::string_view text);

}  // namespace pgoprof::detail
