#include "pgoprof/transform/recording_fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace pgoprof {

namespace {

constexpr std::uint64_t kEnoughToTell = 24;
constexpr std::uint64_t kPercentThatFits = 80;
constexpr std::size_t kCallersPerStack = 16;  // farther from the leaf are mostly the same few

/// Counts return addresses, as often as they were sampled.
class ReturnAddresses {
public:
    ReturnAddresses(const GoBinary& binary, const CodePlaces& places, bool is_text)
        : binary_(binary), places_(places), is_text_(is_text), known_(places.size()) {}

    void add(PlaceId caller, std::uint64_t samples) {
        Kind& kind = known_[caller.value];
        if (kind == Kind::not_asked) kind = find(caller);
        if (kind == Kind::no_return) return;
        all += samples;
        if (kind == Kind::after_call) after_call += samples;
    }

    std::uint64_t all = 0;
    std::uint64_t after_call = 0;

private:
    enum class Kind : std::uint8_t { not_asked, no_return, after_call, elsewhere };

    /// Nobody called what returns to the first instruction of a function: it was put there (runtime.goexit).
    Kind find(PlaceId caller) const {
        const std::uint64_t address = places_.address(caller);
        const std::uint64_t entry = places_.entry(caller);
        if (entry == CodePlaces::kNoEntry || entry == address) return Kind::no_return;
        // perf script prints the callers of stacks that it unwound itself one byte before the return address.
        const bool after = follows_call(binary_, address + 1) || (is_text_ && follows_call(binary_, address + 2));
        return after ? Kind::after_call : Kind::elsewhere;
    }

    const GoBinary& binary_;
    const CodePlaces& places_;
    bool is_text_;
    std::vector<Kind> known_;  // by place
};

}  // namespace

Result<bool> check_fit(const GoBinary& binary, const RecordingInfo& info, const FoldedRecording& folded,
                       const RecordingChoice& choice, std::vector<std::string>& notes) {
    ReturnAddresses found(binary, folded.places, !info.has_mappings);
    for (std::size_t i = 0; i < folded.stacks.size(); ++i) {
        const std::span<const PlaceId> places = folded.stacks.places(i);
        const std::size_t told = std::min(places.size(), 1 + kCallersPerStack);
        for (const PlaceId caller : places.first(told).subspan(places.empty() ? 0 : 1))
            found.add(caller, folded.stacks.totals(i).samples);
    }
    found.all += folded.astray;
    if (found.all < kEnoughToTell) return true;
    const std::uint64_t percent =
        static_cast<std::uint64_t>(100.0 * static_cast<double>(found.after_call) / static_cast<double>(found.all));
    if (percent >= kPercentThatFits) return true;
    std::string misfit =
        fmt::format("the recording does not fit {}: {}% of its return addresses follow a call", binary.path(), percent);
    if (!choice.any_build_id)
        return fail(ErrorCode::invalid_content, std::move(misfit),
                    "name a copy of the recorded binary with --binary FILE; --force uses this one");
    notes.push_back("warning: " + std::move(misfit));
    return false;
}

}  // namespace pgoprof
