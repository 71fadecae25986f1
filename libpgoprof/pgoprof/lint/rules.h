// The rules above the invariants: rows of one table, each with its check.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "pgoprof/lint/lint.h"
#include "pgoprof/transform/call_edges.h"

namespace pgoprof::detail {

/// What the checks look at, found out once a file.
struct Facts {
    const RawProfile* profile = nullptr;  ///< satisfies every invariant; null if the file was preprofiled
    const EdgeProfile* edges = nullptr;   ///< null if `refusal` is set
    const Error* refusal = nullptr;       ///< why there are no edges
    std::optional<std::size_t> column{};  ///< position of the sample type that the compiler reads

    bool preprofiled() const { return profile == nullptr; }
    bool ignored_as(SilentlyIgnored reason) const { return edges != nullptr && edges->ignored == reason; }
    bool refused_by(std::string_view rule) const { return refusal != nullptr && refusal->rule == rule; }
    bool used() const { return profile != nullptr && ignored_as(SilentlyIgnored::no); }
};

/// The finding's message, or nullopt if all is well.
using Check = std::optional<std::string> (*)(const Facts&);

struct CheckedRule {
    LintRule rule;
    Check check;
};

std::span<const CheckedRule> checked_rules();

// acceptance.cc: what the Go compiler refuses, ignores, or reads as something else.
std::optional<std::string> no_sample_type(const Facts& facts);
std::optional<std::string> no_start_line(const Facts& facts);
std::optional<std::string> empty_file(const Facts& facts);
std::optional<std::string> no_samples(const Facts& facts);
std::optional<std::string> zero_weight(const Facts& facts);
std::optional<std::string> already_preprofiled(const Facts& facts);
std::optional<std::string> line_break_in_name(const Facts& facts);
std::optional<std::string> over_long_name(const Facts& facts);

// usefulness.cc: what it accepts and makes little of; and hygiene.
std::optional<std::string> partial_start_line(const Facts& facts);
std::optional<std::string> unsymbolized_frames(const Facts& facts);
std::optional<std::string> negative_values(const Facts& facts);
std::optional<std::string> negative_edges(const Facts& facts);
std::optional<std::string> missing_duration(const Facts& facts);
std::optional<std::string> odd_period_type(const Facts& facts);

}  // namespace pgoprof::detail
