// The second reading of a recording: its samples as stacks of linked addresses.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pgoprof/base/result.h"
#include "pgoprof/transform/recording_chain.h"
#include "pgoprof/transform/recording_processes.h"
#include "pgoprof/transform/recording_profile.h"
#include "pgoprof/transform/recording_stacks.h"
#include "pgoprof/transform/recording_survey.h"
#include "pgoprof/transform/recording_unwind.h"

namespace pgoprof {

/// The least and the greatest of what was added.
struct Extent {
    std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t greatest = 0;

    void add(std::uint64_t value) {
        least = std::min(least, value);
        greatest = std::max(greatest, value);
    }
};

struct FoldedRecording {
    CodePlaces places;
    PlaceStacks stacks{};  ///< empty ones: no code of the binary
    Extent periods{};
    Extent times{};            ///< of all samples, of whatever process
    std::uint64_t astray = 0;  ///< samples whose leaf, as unwound, returns to no Go code
    RecordingReport report{};
};

/// One mapping: its addresses differ from the linked ones by one number.
struct LinkedRange {
    const RecordedProcess* process = nullptr;
    std::uint64_t start = 0;
    std::uint64_t size = 0;
    std::uint64_t linked_start = 0;
};

/// The latest chain of a thread, or of several: each has its own, as far as there are enough.
struct ThreadChain {
    const RecordedProcess* process = nullptr;
    std::uint64_t change = 0;  ///< how many items that are no samples came before
    PlacedChain chain{};
};

/// Folds the samples of the chosen binary and events. What it is given must outlive it.
class RecordingFold {
public:
    /// `memory`: bytes that what it knows of the processes may take.
    RecordingFold(const RecordingInfo& info, const RecordingChoice& choice, const ChosenBinary& chosen,
                  const std::vector<bool>& events, std::uint64_t memory)
        : info_(info),
          choice_(choice),
          binary_(chosen.binary),
          files_(chosen.files),
          events_(events),
          processes_(memory, chosen.files),
          folded_{.places = CodePlaces(chosen.binary)},
          unwinder_(chosen.binary, folded_.places) {}

    Result<> visit(const RecordingItem& item);

    /// To be called after the last item.
    Result<> finish() { return queue_.finish(); }
    FoldedRecording& folded() { return folded_; }

private:
    Result<> fold(const RecordedSample& sample);
    Result<> add(const RecordedSample& sample, const RecordedProcess* process, const PlaceStacks::Totals& totals);
    Result<> add_chain(const RecordedSample& sample, const RecordedProcess& process, const PlaceStacks::Totals& totals);
    CallersFrom collect_named(const RecordedSample& sample);
    CallersFrom unwind(const RecordedSample& sample, const RecordedProcess& process);
    CallersFrom callers_of(const RecordedSample& sample, bool leaf_is_first) const;
    bool is_of_binary(const RecordedSample& sample, const RecordedProcess* process) const;
    bool is_binary(std::string_view filename) const;
    PlaceId place(const RecordedProcess& process, std::uint64_t address);
    bool is_in_linked_range(const RecordedProcess& process, std::uint64_t address) const {
        return linked_range_.process == &process && address - linked_range_.start < linked_range_.size;
    }
    std::uint64_t linked_in_range(std::uint64_t address) const {
        return address - linked_range_.start + linked_range_.linked_start;
    }
    std::optional<std::uint64_t> linked(const RecordedProcess& process, std::uint64_t address);
    std::optional<std::uint64_t> find_linked(const RecordedProcess& process, std::uint64_t address);
    std::optional<std::uint64_t> linked(const NamedFrame& frame);
    std::optional<std::uint64_t> entry_of(std::string_view symbol);

    static constexpr std::size_t kChains = 64;

    const RecordingInfo& info_;
    const RecordingChoice& choice_;
    const GoBinary& binary_;
    const std::vector<RecordedFile>& files_;
    const std::vector<bool>& events_;
    ProcessTable processes_;
    FoldedRecording folded_;
    PlaceStacksQueue queue_{folded_.stacks};
    StackUnwinder unwinder_;
    std::vector<PlaceId> stack_;            // of one sample; reused
    LinkedRange linked_range_;              // where the last address was
    std::vector<std::uint64_t> addresses_;  // of one chain; reused
    std::uint64_t changes_ = 0;             // items that are no samples
    std::vector<ThreadChain> chains_ = std::vector<ThreadChain>(kChains);
    std::map<std::string, std::optional<std::uint64_t>, std::less<>> entries_;
};

}  // namespace pgoprof
