// From a recording of addresses to a profile that PGO can use.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pgoprof/base/result.h"
#include "pgoprof/binary/go_binary.h"
#include "pgoprof/model/profile.h"
#include "pgoprof/model/recording.h"

namespace pgoprof {

/// Whose samples to take. Without any of it: of the Go binary with the most samples.
struct RecordingChoice {
    std::optional<std::uint32_t> pid{};
    std::string comm{};         ///< name of the process, as perf recorded it
    std::string binary{};       ///< file to take symbols from; found among the mappings by build id, else by name
    bool any_build_id = false;  ///< go on although the binary is not the recorded one
};

/// Reads the recording from its beginning; called two or three times, the first time not to the end.
using ReadRecording = std::function<Result<>(RecordingInfo& info, const VisitRecording& visit)>;

/// Opens a file that the recording names.
using OpenBinary = std::function<Result<GoBinary>(const std::string& filename)>;

/// What became of the samples. All counts are of samples.
struct RecordingReport {
    std::string binary{};
    std::uint64_t samples = 0;           ///< of the chosen binary's processes
    std::uint64_t in_other_code = 0;     ///< of these, with no Go frame at all: kernel threads, C
    std::uint64_t unwound = 0;           ///< through a copy of the stack
    std::uint64_t unwinding_ended = 0;   ///< of these, at the leaf, whose caller lay beyond the copy
    std::uint64_t frameless_leaves = 0;  ///< frame-pointer chains that had lost the leaf's caller
    std::uint64_t repaired = 0;          ///< of these two, with the caller found again
    std::uint64_t elsewhere = 0;         ///< of other processes or binaries; left out
    std::uint64_t lost = 0;              ///< by perf itself
    std::vector<std::string> notes{};    ///< one line each, for stderr: what was chosen, and what may be wrong with it
};

struct RecordingProfile {
    Profile profile;
    RecordingReport report;
};

/// `memory`: bytes that what is known of the recording's processes may take. Errors: invalid_content with the remedy,
/// for a recording without stacks, of no Go program, of several equally likely ones, of another build than the binary,
/// of arm64 stacks; limit_exceeded; overflow.
Result<RecordingProfile> convert_recording(const ReadRecording& read, const RecordingChoice& choice,
                                           const OpenBinary& open_binary, std::uint64_t memory);

}  // namespace pgoprof
