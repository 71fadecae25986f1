#include "pgoprof/transform/recording_survey.h"

#include <algorithm>
#include <optional>

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

}  // namespace

bool takes_process(const RecordingChoice& choice, std::uint32_t pid, const RecordedProcess* process) {
    if (choice.pid && *choice.pid != pid) return false;
    return choice.comm.empty() || (process != nullptr && process->name == choice.comm);
}

Result<> RecordingSurvey::visit(const RecordingItem& item) {
    if (const auto* mapping = std::get_if<RecordedMapping>(&item)) return processes_.apply(*mapping);
    if (const auto* name = std::get_if<RecordedName>(&item)) processes_.apply(*name);
    if (const auto* fork = std::get_if<RecordedFork>(&item)) processes_.apply(*fork);
    if (const auto* sample = std::get_if<RecordedSample>(&item)) count(*sample);
    return {};
}

void RecordingSurvey::count(const RecordedSample& sample) {
    samples_ += sample.count;
    const RecordedProcess* const process = processes_.find(sample.pid);
    if (!takes_process(choice_, sample.pid, process)) return;
    add(event_samples_, sample.event, sample.count);
    if (const NamedFrame* frame = program_frame(sample))
        add(program_samples_, processes_.file(frame->file, {}).value, sample.count);
    else if (process != nullptr && process->program)
        add(program_samples_, process->program->value, sample.count);
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
