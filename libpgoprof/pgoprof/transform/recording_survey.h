// The first reading of a recording: whose samples it holds, and which of them to take.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "pgoprof/base/result.h"
#include "pgoprof/binary/go_binary.h"
#include "pgoprof/transform/recording_processes.h"
#include "pgoprof/transform/recording_profile.h"

namespace pgoprof {

/// Counts the samples of each program.
class RecordingSurvey {
public:
    /// `memory`: bytes that what it knows of the processes may take.
    RecordingSurvey(const RecordingChoice& choice, std::uint64_t memory) : choice_(choice), processes_(memory) {}

    /// Errors: overflow, limit_exceeded.
    Result<> visit(const RecordingItem& item);

    struct Program {
        RecordedFile file;
        std::uint64_t samples = 0;
    };

    /// Those with samples that the choice of process takes, the most samples first.
    std::vector<Program> programs() const;

    struct Process {
        std::uint32_t pid = 0;
        std::string name;
        std::uint64_t samples = 0;
    };

    /// Those with samples, whether or not they are taken, the most samples first.
    std::vector<Process> processes() const;

    /// All files that were seen.
    const std::vector<RecordedFile>& files() const { return processes_.files(); }

    /// Samples of each event, by its position.
    const std::vector<std::uint64_t>& samples_of_events() const { return event_samples_; }

    /// All samples, of whatever process.
    std::uint64_t samples() const { return samples_; }
    /// Those that the choice of process takes.
    std::uint64_t samples_taken() const { return samples_taken_; }

private:
    Result<> count(const RecordedSample& sample);

    const RecordingChoice& choice_;
    ProcessTable processes_;
    std::vector<std::uint64_t> program_samples_;  // by file
    std::vector<std::uint64_t> event_samples_;
    std::map<std::uint32_t, Process> sampled_;  // by id
    std::uint64_t samples_ = 0;
    std::uint64_t samples_taken_ = 0;
};

/// Whether the choice of process, by id or name, takes a sample of `process` (null: unknown).
bool takes_process(const RecordingChoice& choice, const RecordedSample& sample, const RecordedProcess* process);

struct ChosenBinary {
    GoBinary binary;
    std::vector<RecordedFile> files;  ///< what the recording calls it
};

/// Adds to `notes` what was chosen without being asked for. Errors: as convert_recording's.
Result<ChosenBinary> choose_binary(const RecordingInfo& info, const RecordingSurvey& survey,
                                   const RecordingChoice& choice, const OpenBinary& open_binary,
                                   std::vector<std::string>& notes);

/// Whether to take the samples of each event: those of CPU clocks or else of cycles; several may count the same, on
/// different kinds of cores. Errors: invalid_content where no event has stacks, or counts CPU time.
Result<std::vector<bool>> choose_events(const RecordingInfo& info, const RecordingSurvey& survey,
                                        const RecordingChoice& choice, std::vector<std::string>& notes);

}  // namespace pgoprof
