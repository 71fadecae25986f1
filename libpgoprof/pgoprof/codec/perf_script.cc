#include "pgoprof/codec/perf_script.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "pgoprof/codec/perf_format.h"
#include "pgoprof/codec/perf_script_line.h"

namespace pgoprof {

namespace {

using namespace perf;

class ScriptReader {
public:
    ScriptReader(ByteView text, const Limits& limits, RecordingInfo& info, const VisitRecording& visit)
        : text_(as_text(text)), limits_(limits), info_(info), visit_(visit) {
        info_.has_mappings = false;
    }

    Result<> read();

private:
    Result<> take_line(std::string_view line);
    Result<> take_head(std::string_view line, const ScriptHead& head);
    Result<> add_frame(std::string_view line);
    void take_frame(const NamedFrame& frame);
    Result<> finish_sample();
    void take_comment(std::string_view line);
    std::optional<std::size_t> find_event(std::string_view name);
    void note_period(std::size_t event, std::uint64_t period);
    std::unexpected<Error> fail_here(std::string_view line, std::string message, std::string remedy = {}) const;
    std::unexpected<Error> fail_limit(std::string_view line, std::string message) const;

    std::string_view text_;
    const Limits& limits_;
    RecordingInfo& info_;
    const VisitRecording& visit_;
    std::optional<RecordedSample> sample_;
    std::vector<NamedFrame> frames_;
    std::size_t last_event_ = 0;
    std::vector<std::uint64_t> first_periods_;  ///< of each event; 0: none yet
};

Result<> ScriptReader::read() {
    for (std::string_view left = text_; !left.empty();) {
        const auto end = std::min(left.find('\n'), left.size());
        if (auto done = take_line(left.substr(0, end)); !done) return done;
        left.remove_prefix(std::min(end + 1, left.size()));
    }
    return finish_sample();
}

Result<> ScriptReader::take_line(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) return finish_sample();
    if (line.front() == '\t') return add_frame(line);
    if (line == "#" || line.starts_with("# ")) {
        take_comment(line.substr(1));
        return {};
    }
    if (const auto head = parse_script_head(line)) return take_head(line, *head);
    // What -F +srcline adds to a frame.
    if (sample_ && line.front() == ' ') return {};
    return fail_here(line, "a line that perf script does not print by default",
                     "print the recording with `perf script -F +pid` and no other fields");
}

Result<> ScriptReader::take_head(std::string_view line, const ScriptHead& head) {
    if (auto done = finish_sample(); !done) return done;
    if (head.event.empty()) {
        const auto lost = parse_script_loss(head.rest);
        return lost ? visit_(RecordedLoss{*lost}) : Result<>();
    }
    const auto event = find_event(head.event);
    if (!event) return fail_limit(line, "more events than allowed");
    sample_ = RecordedSample{.pid = head.pid, .tid = head.tid, .time = head.time, .event = *event, .name = head.name};
    info_.has_processes = info_.has_processes && head.has_process;
    sample_->period = head.period.value_or(1);
    note_period(*event, sample_->period);
    if (const auto frame = parse_script_frame(head.rest); frame && head.rest.ends_with(')')) take_frame(*frame);
    return {};
}

Result<> ScriptReader::add_frame(std::string_view line) {
    if (!sample_) return fail_here(line, "a frame of no sample");
    const auto frame = parse_script_frame(line);
    if (!frame) return fail_here(line, "neither a frame nor a sample");
    info_.events[sample_->event].stacks = StackKind::frame_pointers;
    if (is_inlined_line(line)) return {};
    take_frame(*frame);
    if (frames_.size() > limits_.stack_depth) return fail_limit(line, "more frames than allowed");
    return {};
}

/// The kernel's frames are at the leaf's end.
void ScriptReader::take_frame(const NamedFrame& frame) {
    if (!is_kernel_frame(frame))
        frames_.push_back(frame);
    else if (frames_.empty())
        sample_->in_kernel = true;
}

Result<> ScriptReader::finish_sample() {
    if (!sample_) return {};
    sample_->named = frames_;
    const auto done = visit_(*sample_);
    sample_.reset();
    frames_.clear();
    return done;
}

/// "# hostname : vm", as --header has it.
void ScriptReader::take_comment(std::string_view line) {
    const auto colon = line.find(" : ");
    if (colon == line.npos) return;
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = line.substr(colon + 3, limits_.string_bytes);
    if (name == " hostname") info_.hostname = value;
    if (name == " arch") info_.architecture = value;
    if (name == " cmdline") info_.command = value.substr(0, value.find_last_not_of(' ') + 1);
}

std::optional<std::size_t> ScriptReader::find_event(std::string_view name) {
    // Samples of one event mostly follow each other.
    if (last_event_ < info_.events.size() && info_.events[last_event_].name == name) return last_event_;
    const auto known = std::ranges::find(info_.events, name, &RecordedEvent::name);
    last_event_ = static_cast<std::size_t>(known - info_.events.begin());
    if (known != info_.events.end()) return last_event_;
    if (last_event_ >= limits_.sample_types || name.size() > limits_.string_bytes) return {};
    const bool is_clock = name.starts_with("cpu-clock") || name.starts_with("task-clock");
    info_.events.push_back({.name = std::string(name), .counts_nanoseconds = is_clock});
    first_periods_.push_back(0);
    return last_event_;
}

/// Periods that differ tell a frequency.
void ScriptReader::note_period(std::size_t event, std::uint64_t period) {
    if (first_periods_[event] == 0) first_periods_[event] = period;
    if (first_periods_[event] != period) info_.events[event].is_frequency = true;
}

std::unexpected<Error> ScriptReader::fail_here(std::string_view line, std::string message, std::string remedy) const {
    return fail(Error{.message = std::move(message),
                      .remedy = std::move(remedy),
                      .offset = Offset{.value = static_cast<std::uint64_t>(line.data() - text_.data())}});
}

std::unexpected<Error> ScriptReader::fail_limit(std::string_view line, std::string message) const {
    auto error = fail_here(line, std::move(message), {}).error();
    error.code = ErrorCode::limit_exceeded;
    return fail(std::move(error));
}

}  // namespace

Result<> read_perf_script(ByteView text, const Limits& limits, RecordingInfo& info, const VisitRecording& visit) {
    return ScriptReader(text, limits, info, visit).read();
}

}  // namespace pgoprof
