// recording_profile [--as-recorded] [--half 0|1] [--binary FILE] RECORDING PROFILE: converts a perf.data, or every
// other sample of it. "As recorded" leaves frame-pointer chains without the callers that they lost. Prints what became
// of the samples, a line each: "NAME COUNT".
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "pgoprof/base/text.h"
#include "pgoprof/codec/perf_data.h"
#include "pgoprof/codec/perf_script.h"
#include "pgoprof/codec/pprof.h"
#include "pgoprof/io/source.h"
#include "pgoprof/transform/recording_profile.h"

using namespace pgoprof;

namespace {

struct Options {
    bool as_recorded = false;
    std::optional<unsigned> half{};
    RecordingChoice choice{};
    std::string recording{};
    std::string profile{};
};

[[noreturn]] void give_up(const Error& error) {
    fmt::print(stderr, "recording_profile: error: {}\n{}\n", escape_line(error.message), escape_line(error.remedy));
    std::exit(3);
}

Options options_of(int argc, char** argv) {
    Options options;
    int i = 1;
    for (; i < argc && std::string_view(argv[i]).starts_with("--"); ++i) {
        const std::string_view option = argv[i];
        if (option == "--as-recorded")
            options.as_recorded = true;
        else if (option == "--half" && i + 1 < argc)
            options.half = static_cast<unsigned>(std::atoi(argv[++i]));
        else if (option == "--binary" && i + 1 < argc)
            options.choice.binary = argv[++i];
    }
    if (i + 2 != argc) give_up({.code = ErrorCode::usage, .message = "RECORDING PROFILE"});
    options.recording = argv[i];
    options.profile = argv[i + 1];
    return options;
}

Result<> read_recording(ByteView data, const Options& options, RecordingInfo& info, const VisitRecording& visit) {
    std::uint64_t samples = 0;
    const VisitRecording visit_half = [&](const RecordingItem& item) -> Result<> {
        const bool is_sample = std::holds_alternative<RecordedSample>(item);
        if (is_sample && options.half && samples++ % 2 != *options.half) return {};
        if (options.as_recorded) {
            for (RecordedEvent& event : info.events) event.stacks = StackKind::complete;
        }
        return visit(item);
    };
    const bool is_binary = as_text(data).starts_with("PERFILE2");
    return is_binary ? read_perf_data(data, Limits{}, info, visit_half)
                     : read_perf_script(data, Limits{}, info, visit_half);
}

void print(const RecordingReport& report) {
    fmt::print("samples {}\nin_other_code {}\nunwound {}\nunwinding_ended {}\n", report.samples, report.in_other_code,
               report.unwound, report.unwinding_ended);
    fmt::print("frameless_leaves {}\nrepaired {}\nelsewhere {}\nlost {}\n", report.frameless_leaves, report.repaired,
               report.elsewhere, report.lost);
    for (const std::string& note : report.notes) fmt::print(stderr, "{}\n", escape_line(note));
}

}  // namespace

int main(int argc, char** argv) {
    const Options options = options_of(argc, argv);
    Buffer data;
    if (const Result<> read = read_input(options.recording, std::uint64_t{1} << 40, data); !read) give_up(read.error());
    const ReadRecording read = [&](RecordingInfo& info, const VisitRecording& visit) {
        return read_recording(data.view(), options, info, visit);
    };
    const Result<RecordingProfile> converted =
        convert_recording(read, options.choice, GoBinary::open, Limits{}.decode_budget(data.view().size()));
    if (!converted) give_up(converted.error());
    const Buffer encoded = encode_pprof(converted->profile);
    std::ofstream(options.profile, std::ios::binary) << encoded.text();
    print(converted->report);
}
