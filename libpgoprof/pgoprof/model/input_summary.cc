#include "pgoprof/model/input_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace pgoprof {
namespace {

/// Takes `prefix` and then a number off the front of `text`.
template <typename Number>
bool take(std::string_view& text, std::string_view prefix, Number& number) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

/// Saturates: a comment can claim anything, and a sum that stays at the top is still associative.
std::uint64_t add_saturating(std::uint64_t a, std::uint64_t b) {
    std::uint64_t sum = 0;
    return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<std::uint64_t>::max() : sum;
}

}  // namespace

void InputSummary::add_failed(std::uint64_t count) { failed = add_saturating(failed, count); }

std::string format_input_summary(const InputSummary& summary) {
    return fmt::format("pgoprof/1 inputs={} failed={} duration={}..{} scaled={}", summary.inputs, summary.failed,
                       summary.shortest_nanos, summary.longest_nanos, summary.scaled ? 1 : 0);
}

std::optional<InputSummary> parse_input_summary(std::string_view comment) {
    InputSummary summary;
    std::string_view rest = comment;
    int scaled = 0;
    if (!take(rest, "pgoprof/1 inputs=", summary.inputs) || !take(rest, " failed=", summary.failed) ||
        !take(rest, " duration=", summary.shortest_nanos) || !take(rest, "..", summary.longest_nanos) ||
        !take(rest, " scaled=", scaled)) {
        return std::nullopt;
    }
    summary.scaled = scaled == 1;
    const bool possible =
        summary.inputs > 0 && summary.shortest_nanos >= 0 && summary.shortest_nanos <= summary.longest_nanos;
    // One spelling only: no leading zeros, nothing after the end.
    if (!possible || format_input_summary(summary) != comment) return std::nullopt;
    return summary;
}

InputSummary combine(const InputSummary& a, const InputSummary& b) {
    return {
        .inputs = add_saturating(a.inputs, b.inputs),
        .failed = add_saturating(a.failed, b.failed),
        .shortest_nanos = std::min(a.shortest_nanos, b.shortest_nanos),
        .longest_nanos = std::max(a.longest_nanos, b.longest_nanos),
        .scaled = a.scaled || b.scaled,
    };
}

}  // namespace pgoprof
