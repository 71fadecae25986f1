// pgo-merge: many CPU profiles into one.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cli/options.h"
#include "cli/tool.h"
#include "pgoprof/base/gzip_writer.h"
#include "pgoprof/codec/pprof.h"
#include "pgoprof/load_all.h"
#include "pgoprof/transform/durations.h"
#include "pgoprof/transform/merge.h"

namespace pgoprof::cli {
namespace {

const ToolInfo kInfo{
    .name = "pgo-merge",
    .summary =
        "Merge CPU profiles into one, exactly: the order of the files, the number of threads\n"
        "and partial merges change no byte of the result.",
    .examples =
        "  pgo-merge a.pprof b.pprof -o default.pgo\n"
        "  pgo-merge --durations=ignore captures/*.pprof -o merged.pprof\n"
        "  cat a.pprof | pgo-merge - b.pprof -o merged.pprof\n"
        "  producer-of-frames | pgo-merge --framed -o merged.pprof\n",
};

struct Options {
    std::vector<std::string> paths;
    bool framed = false;
    std::string output = "-";
    Limits limits;
    std::uint64_t threads = std::max(1U, std::thread::hardware_concurrency());
    std::string durations = "check";
    double tolerance = 0.1;
    MergeOptions merge;
};

void declare_options(CLI::App& app, Options& options) {
    app.add_option("FILE", options.paths, "Profiles to merge; - is stdin");
    app.add_flag("--framed", options.framed,
                 "Read profiles from stdin instead, each after its length in bytes as a protobuf varint");
    add_output_option(app, options.output);
    add_choice_option(app, "--durations", options.durations, {"check", "ignore"},
                      "Refuse (check) or ignore differing durations and sampling periods");
    add_percent_option(app, "--duration-tolerance", options.tolerance,
                       "Let the shortest differ from the longest by PERCENT of it [10%]");
    app.add_flag_callback(
        "--allow-negative", [&options] { options.merge.negative_values = NegativeValues::allow; },
        "Merge negative values too (differences of profiles)");
    add_integer_option(app, "-j,--jobs", options.threads, 1, 1024, "Decode on N threads [all cores]");
    add_limits_option(app, options.limits);
}

/// One run: every input is looked at, so that all that is wrong is named at once.
class MergeRun {
public:
    MergeRun(const Options& options, const Console& console)
        : options_(options), console_(console), merger_(options.merge) {}

    ExitCode run() {
        if (const auto sound = check_sources(); !sound) return console_.error(sound.error());
        const auto source = open_source();
        const auto loaded = load_all(*source, options_.limits, static_cast<unsigned>(options_.threads),
                                     [&](const LoadedInput& input) { add(input, source->size()); });
        console_.end_progress();
        if (!loaded) note_failure(loaded.error());
        if (exit_ == ExitCode::done && seen_ == 0) {
            note_failure({.message = "there is no profile on stdin", .input = "stdin"});
        }
        if (exit_ == ExitCode::done) check_input_durations();
        if (exit_ != ExitCode::done) return exit_;
        return write();
    }

private:
    /// No file is touched before the options are known to make sense.
    Result<> check_sources() const {
        const auto usage = [](std::string message) { return fail(ErrorCode::usage, std::move(message), "try --help"); };
        if (options_.framed && !options_.paths.empty())
            return usage("--framed reads stdin alone: no FILE can be given");
        if (!options_.framed && options_.paths.empty()) return usage("nothing to merge: name a FILE");
        if (std::ranges::count(options_.paths, "-") > 1) return usage("stdin (-) can be read only once");
        return {};
    }

    std::unique_ptr<InputSource> open_source() const {
        if (options_.framed) return std::make_unique<FrameSource>(options_.limits);
        return std::make_unique<FileSource>(options_.paths, options_.limits);
    }

    void add(const LoadedInput& input, std::optional<std::size_t> total) {
        ++seen_;
        console_.progress(total ? fmt::format("{} of {}", seen_, *total) : fmt::format("{}", seen_));
        if (!input.profile) return note_failure(input.profile.error());
        const RawProfile& profile = **input.profile;
        if (const auto added = merger_.add(profile, input.stored.name); !added) return note_failure(added.error());
        inputs_.push_back(input_duration(input.stored.name, profile));
    }

    void note_failure(const Error& error) { exit_ = worst(exit_, console_.error(error)); }

    void check_input_durations() {
        if (options_.durations == "ignore") return;
        const auto comparable = check_durations(inputs_, options_.tolerance);
        if (comparable) return;
        note_failure(comparable.error());
        for (const InputDuration& input : inputs_) {
            console_.note(fmt::format("{}: {}", input.name, describe_duration(input.summary)));
        }
    }

    ExitCode write() {
        for (const std::string& type : merger_.dropped_sample_types()) {
            console_.note(fmt::format("sample type {} is left out: not every input has it", type));
        }
        const auto merged = std::move(merger_).finish();
        if (!merged) return console_.error(merged.error());
        if (merged->sample_count == 0) console_.warning("the inputs have no samples: Go ignores such a profile");
        const auto written = write(*merged);
        return written ? ExitCode::done : console_.error(written.error());
    }

    Result<> write(const StreamedProfile& merged) const {
        auto output = open_binary(options_.output);
        if (!output) return fail(output.error());
        GzipWriter gzip(compressing_threads(), [&](ByteView bytes) { return output->write(bytes); });
        if (auto encoded = encode_pprof(merged, [&](ByteView bytes) { return gzip.write(bytes); }); !encoded) {
            return encoded;
        }
        if (auto finished = gzip.finish(); !finished) return finished;
        return output->commit();
    }

    unsigned compressing_threads() const { return options_.threads == 1 ? 0 : static_cast<unsigned>(options_.threads); }

    const Options& options_;
    const Console& console_;
    Merger merger_;
    std::vector<InputDuration> inputs_;
    std::size_t seen_ = 0;
    ExitCode exit_ = ExitCode::done;
};

}  // namespace
}  // namespace pgoprof::cli

int main(int argc, char** argv) {
    using namespace pgoprof::cli;
    Options options;
    return run_tool(argc, argv, kInfo, [&](CLI::App& app) -> Run {
        declare_options(app, options);
        return [&](const Console& console) { return MergeRun(options, console).run(); };
    });
}
