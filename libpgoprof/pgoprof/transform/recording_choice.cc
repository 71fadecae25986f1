// Which binary the samples of a recording are of, and which events count.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <ranges>

#include "pgoprof/base/text.h"
#include "pgoprof/transform/recording_survey.h"

namespace pgoprof {

namespace {

using Program = RecordingSurvey::Program;

constexpr std::string_view kNameBinary = "name a copy of the recorded binary with --binary FILE";

bool is_go(const GoBinary& binary) { return binary.source() == SymbolSource::pclntab || !binary.go_version().empty(); }

/// perf pads short ids with zeros.
bool same_build_id(std::string_view a, std::string_view b) {
    if (a.size() > b.size()) std::swap(a, b);
    return b.starts_with(a) && b.find_first_not_of('0', a.size()) == std::string_view::npos;
}

std::string describe(const Program& program) {
    return fmt::format("{} ({})", program.file.name, format_count(program.samples, "sample"));
}

std::string list(const std::vector<Program>& programs) {
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(programs.size(), 3); ++i)
        text += (i == 0 ? "" : ", ") + describe(programs[i]);
    return text;
}

/// What takes one process alone: text may have the ids of threads only.
std::string_view process_options(const RecordingInfo& info) {
    return info.has_processes ? "--pid or --comm" : "--comm, or with --pid out of `perf script -F +pid`";
}

/// Whether `file` may be `binary`, as far as both have build ids.
Result<> check_build_id(const RecordedFile& file, const GoBinary& binary, const RecordingChoice& choice,
                        std::vector<std::string>& notes) {
    if (file.build_id.empty() || binary.build_id().empty()) {
        notes.push_back(fmt::format("{} has no build id: {} may be another build than the recorded one",
                                    file.build_id.empty() ? "the recording" : binary.path(), binary.path()));
        return {};
    }
    if (same_build_id(file.build_id, binary.build_id())) return {};
    std::string difference = fmt::format("{} is another build than the recorded one (build id {}, recorded {})",
                                         binary.path(), binary.build_id(), file.build_id);
    if (!choice.any_build_id)
        return fail(ErrorCode::invalid_content, std::move(difference),
                    "name a copy of the recorded binary with --binary FILE; --force uses this one");
    notes.push_back("warning: " + std::move(difference));
    return {};
}

/// The files that are `binary`: by build id, else by path or name.
std::vector<RecordedFile> recorded_as(const std::vector<RecordedFile>& files, const GoBinary& binary) {
    std::vector<RecordedFile> found;
    const auto has_its_id = [&](const RecordedFile& file) {
        return !file.build_id.empty() && !binary.build_id().empty() && same_build_id(file.build_id, binary.build_id());
    };
    const auto has_its_path = [&](const RecordedFile& file) { return without_deleted(file.name) == binary.path(); };
    const auto has_its_name = [&](const RecordedFile& file) {
        return base_name(without_deleted(file.name)) == base_name(binary.path());
    };
    std::ranges::copy_if(files, std::back_inserter(found), has_its_id);
    if (found.empty()) std::ranges::copy_if(files, std::back_inserter(found), has_its_path);
    if (found.empty()) std::ranges::copy_if(files, std::back_inserter(found), has_its_name);
    return found;
}

Result<ChosenBinary> named_binary(const RecordingInfo& info, const RecordingSurvey& survey,
                                  const RecordingChoice& choice, const OpenBinary& open_binary,
                                  std::vector<std::string>& notes) {
    Result<GoBinary> binary = open_binary(choice.binary);
    if (!binary) return fail(std::move(binary.error()));
    const std::vector<Program> programs = survey.programs();
    std::vector<RecordedFile> files = recorded_as(survey.files(), *binary);
    const bool process_is_known = choice.pid || !choice.comm.empty() || programs.size() == 1;
    if (files.empty() && process_is_known && !programs.empty()) {
        files.push_back(programs.front().file);
        notes.push_back(fmt::format("taking {} for {}", choice.binary, programs.front().file.name));
    }
    if (files.empty())
        return fail(ErrorCode::invalid_content,
                    fmt::format("nothing recorded has the name or the build id of {}; the recording is of {}",
                                choice.binary, programs.empty() ? "no program" : list(programs)),
                    fmt::format("say which of the processes runs it with {}", process_options(info)));
    for (const RecordedFile& file : files) {
        if (Result<> same = check_build_id(file, *binary, choice, notes); !same) return fail(std::move(same.error()));
    }
    return ChosenBinary{.binary = std::move(*binary), .files = std::move(files)};
}

Result<ChosenBinary> heaviest_binary(const RecordingInfo& info, const RecordingSurvey& survey,
                                     const RecordingChoice& choice, const OpenBinary& open_binary,
                                     std::vector<std::string>& notes) {
    const std::vector<Program> programs = survey.programs();
    std::optional<GoBinary> chosen;
    const Program* chosen_program = nullptr;
    for (const Program& program : programs) {
        if (chosen && program.samples < chosen_program->samples) break;
        Result<GoBinary> binary = open_binary(program.file.name);
        if (!binary && binary.error().code == ErrorCode::io_failure) {
            if (chosen) continue;
            Error error = std::move(binary.error());
            error.message = fmt::format("{} holds most samples of the recording, but cannot be read: {}",
                                        describe(program), error.message);
            error.input.clear();
            error.remedy = fmt::format("{}; or choose another process with {}", kNameBinary, process_options(info));
            return fail(std::move(error));
        }
        if (!binary || !is_go(*binary)) continue;
        if (chosen)
            return fail(
                ErrorCode::invalid_content,
                fmt::format("{} and {} have equally many samples", chosen_program->file.name, program.file.name),
                fmt::format("choose one with --binary, or a process with {}", process_options(info)));
        chosen = std::move(*binary);
        chosen_program = &program;
    }
    if (!chosen)
        return fail(ErrorCode::invalid_content,
                    programs.empty() ? "no samples of any program"
                                     : fmt::format("no samples of a Go program: most are of {}", list(programs)),
                    std::string(kNameBinary));
    if (Result<> same = check_build_id(chosen_program->file, *chosen, choice, notes); !same)
        return fail(std::move(same.error()));
    if (programs.size() > 1)
        notes.push_back(fmt::format("of {} programs, took the Go program with the most samples: {}", programs.size(),
                                    describe(*chosen_program)));
    return ChosenBinary{.binary = std::move(*chosen), .files = {chosen_program->file}};
}

std::string list(const RecordingInfo& info, const std::vector<RecordingSurvey::Process>& processes) {
    const std::string_view kind = info.has_processes ? "pid" : "thread";
    std::string text;
    for (const auto& [id, name, samples] : processes | std::views::take(5)) {
        text +=
            fmt::format("{}{} ({} {}, {})", text.empty() ? "" : ", ", name, kind, id, format_count(samples, "sample"));
    }
    return text + (processes.size() > 5 ? ", ..." : "");
}

/// There is nothing to choose from where no sample is taken.
Result<> require_samples(const RecordingInfo& info, const RecordingSurvey& survey, const RecordingChoice& choice) {
    constexpr std::size_t kLongestName = 15;  // TASK_COMM_LEN, without its zero
    if (survey.samples() == 0)
        return fail(ErrorCode::invalid_content, "the recording has no samples",
                    "perf was killed before it wrote any, or nothing used CPU time: record again, for longer");
    if (survey.samples_taken() != 0) return {};
    std::string what = "no samples of a process";
    if (!choice.comm.empty()) what += fmt::format(" of the name {}", choice.comm);
    if (choice.pid) what += fmt::format(" {} the id {}", choice.comm.empty() ? "of" : "and", *choice.pid);
    std::string remedy = "recorded are " + list(info, survey.processes());
    if (choice.comm.size() > kLongestName)
        remedy = fmt::format("the kernel cuts names at {} bytes: try --comm '{}'; {}", kLongestName,
                             choice.comm.substr(0, kLongestName), remedy);
    return fail(ErrorCode::invalid_content, std::move(what), std::move(remedy));
}

/// "cycles" of "cpu_core/cycles/u" and "cycles:Pu".
std::string_view kind_of(std::string_view event) {
    if (const auto slash = event.find('/'); slash != std::string_view::npos) event.remove_prefix(slash + 1);
    return event.substr(0, event.find_first_of("/:,"));
}

/// Software events that no CPU time goes by, and the kernel's tracepoints ("sched:sched_switch", not "cycles:u").
bool is_no_cpu_time(std::string_view event) {
    constexpr std::string_view kEvents[] = {
        "page-faults",    "faults",     "minor-faults",    "major-faults",     "context-switches", "cs",
        "cpu-migrations", "migrations", "cgroup-switches", "alignment-faults", "emulation-faults", "bpf-output",
        "dummy"};
    if (std::ranges::find(kEvents, kind_of(event)) != std::end(kEvents)) return true;
    const auto colon = event.find(':');
    return colon != event.npos && event.find_first_not_of("ukhIGHpPSDWeb", colon + 1) != event.npos;
}

int rank(const RecordedEvent& event) {
    if (event.stacks == StackKind::none) return 0;
    if (event.counts_nanoseconds) return 3;
    return kind_of(event.name) == "cycles" ? 2 : 1;
}

}  // namespace

Result<ChosenBinary> choose_binary(const RecordingInfo& info, const RecordingSurvey& survey,
                                   const RecordingChoice& choice, const OpenBinary& open_binary,
                                   std::vector<std::string>& notes) {
    if (Result<> any = require_samples(info, survey, choice); !any) return fail(std::move(any.error()));
    Result<ChosenBinary> chosen = choice.binary.empty() ? heaviest_binary(info, survey, choice, open_binary, notes)
                                                        : named_binary(info, survey, choice, open_binary, notes);
    if (!chosen) return chosen;
    const auto processes = survey.processes();
    if (processes.size() > 1 && !choice.pid && choice.comm.empty())
        notes.push_back(fmt::format("recorded are {}: all are taken, unless one is chosen with {}",
                                    list(info, processes), process_options(info)));
    const GoBinary& binary = chosen->binary;
    if (binary.machine() == Machine::arm64)
        return fail(
            ErrorCode::invalid_content,
            fmt::format("{} is an arm64 program: only recordings of x86-64 stacks are understood", binary.path()),
            "take the profile with runtime/pprof (pgo-fetch), or record on x86-64");
    if (binary.source() == SymbolSource::elf_symbols)
        notes.push_back(
            fmt::format("warning: {} has names only, neither a pclntab nor DWARF: no lines, nothing that PGO can use",
                        binary.path()));
    return chosen;
}

Result<std::vector<bool>> choose_events(const RecordingInfo& info, const RecordingSurvey& survey,
                                        const RecordingChoice& choice, std::vector<std::string>& notes) {
    const std::vector<std::uint64_t>& samples = survey.samples_of_events();
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < std::min(samples.size(), info.events.size()); ++i) {
        if (samples[i] == 0 || info.events[i].stacks == StackKind::none) continue;
        if (!best || std::pair(rank(info.events[i]), samples[i]) > std::pair(rank(info.events[*best]), samples[*best]))
            best = i;
    }
    if (!best)
        return fail(ErrorCode::invalid_content, "the recording has no stacks, so it cannot tell which call is hot",
                    "record with perf record --call-graph dwarf,1024, or -g");
    std::vector<bool> chosen(info.events.size());
    const RecordedEvent& like = info.events[*best];
    if (is_no_cpu_time(like.name)) {
        std::string message = fmt::format("samples of {} do not tell where CPU time goes", like.name);
        if (!choice.any_build_id)
            return fail(ErrorCode::invalid_content, std::move(message),
                        "record with perf record -e cpu-clock, or -e cycles; --force takes these");
        notes.push_back("warning: " + std::move(message));
    }
    for (std::size_t i = 0; i < info.events.size(); ++i) {
        const RecordedEvent& event = info.events[i];
        chosen[i] = event.stacks != StackKind::none && event.counts_nanoseconds == like.counts_nanoseconds &&
                    kind_of(event.name) == kind_of(like.name);
        if (!chosen[i] && i < samples.size() && samples[i] != 0)
            notes.push_back(fmt::format("left out {} of the event {}; took {}", format_count(samples[i], "sample"),
                                        event.name, like.name));
    }
    return chosen;
}

}  // namespace pgoprof
