#include "pgoprof/transform/recording_survey.h"

#include <algorithm>
#include <optional>

#include "pgoprof/base/checked.h"

namespace pgoprof {

namespace {

/// Frames of text name their files: the program is the first of them that may be one.
const NamedFrame* program_frame(const RecordedSample& sample) {
    const auto found =
        std::ranges::find_if(sample.named, [](const NamedFrame& frame) { return may_be_program(frame.file); });
    return found == sample.named.end() ? nullptr : &*found;
}

void add(std::vector<std::uint64_t>& counts, std::size_t i, std::uint64_t count) {
    if (counts.size() <= i) counts.resize(i + 1);
    counts[i] += count;
}

std::string_view name_of(const RecordedSample& sample, const RecordedProcess* process) {
    if (!sample.name.empty() || process == nullptr) return sample.name;
    return process->name;
}

}  // namespace

bool takes_process(const RecordingChoice& choice, const RecordedSample& sample, const RecordedProcess* process) {
    if (choice.pid && *choice.pid != sample.pid) return false;
    return choice.comm.empty() || name_of(sample, process) == choice.comm;
}

Result<> RecordingSurvey::visit(const RecordingItem& item) {
    if (const auto* sample = std::get_if<RecordedSample>(&item)) return count(*sample);
    return processes_.apply(item);
}

/// All other counts of samples, here and of what is taken, are of some of these: they fit if these do.
Result<> RecordingSurvey::count(const RecordedSample& sample) {
    if (!add_checked(samples_, sample.count))
        return fail({.code = ErrorCode::overflow, .message = "a sum of samples overflows 64 bits", .rule = "PGO126"});
    const RecordedProcess* const process = processes_.find(sample.pid);
    Process& sampled = sampled_[sample.pid];
    sampled.samples += sample.count;
    if (sampled.name.empty()) sampled.name = name_of(sample, process);
    if (!takes_process(choice_, sample, process)) return {};
    samples_taken_ += sample.count;
    add(event_samples_, sample.event, sample.count);
    if (const NamedFrame* frame = program_frame(sample)) {
        const Result<RecordedFileId> file = processes_.file(frame->file, {});
        if (!file) return fail(file.error());
        add(program_samples_, file->value, sample.count);
    } else if (process != nullptr && process->program) {
        add(program_samples_, process->program->value, sample.count);
    }
    return {};
}

std::vector<RecordingSurvey::Process> RecordingSurvey::processes() const {
    std::vector<Process> processes;
    for (const auto& [pid, process] : sampled_) {
        processes.push_back(process);
        processes.back().pid = pid;
    }
    std::ranges::stable_sort(processes, std::greater{}, &Process::samples);
    return processes;
}

std::vector<RecordingSurvey::Program> RecordingSurvey::programs() const {
    std::vector<Program> programs;
    for (std::size_t i = 0; i < program_samples_.size(); ++i) {
        if (program_samples_[i] != 0) programs.push_back({.file = files()[i], .samples = program_samples_[i]});
    }
    std::ranges::stable_sort(programs, std::greater{}, &Program::samples);
    return programs;
}

}  // namespace pgoprof
