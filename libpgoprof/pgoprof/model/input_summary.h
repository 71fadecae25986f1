// Where a profile comes from: carried in one comment, so that partial merges lose nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pgoprof {

/// What went into a profile. A profile without the comment is one input: itself.
struct InputSummary {
    std::uint64_t inputs = 1;
    std::uint64_t failed = 0;
    std::int64_t shortest_nanos = 0;  ///< 0 if some input has no duration
    std::int64_t longest_nanos = 0;
    bool scaled = false;

    /// Saturates, as do all sums here: a comment can claim anything.
    void add_failed(std::uint64_t count);

    friend bool operator==(const InputSummary&, const InputSummary&) = default;
};

/// "pgoprof/1 inputs=3 failed=0 duration=30000000000..30100000000 scaled=0"; durations in nanoseconds.
std::string format_input_summary(const InputSummary& summary);

/// nullopt if `comment` is not exactly of that form.
std::optional<InputSummary> parse_input_summary(std::string_view comment);

/// The summary of a merge of both. Commutative and associative.
InputSummary combine(const InputSummary& a, const InputSummary& b);

}  // namespace pgoprof
