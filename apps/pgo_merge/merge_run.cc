#include "pgo_merge/merge_run.h"

#include <fmt/format.h>

#include "pgo_merge/inputs.h"
#include "pgoprof/base/gzip_writer.h"
#include "pgoprof/codec/pprof.h"

namespace pgoprof::cli {

ExitCode MergeRun::run() {
    if (const auto sound = check_options(options_); !sound) return console_.error(sound.error());
    const auto files = find_files(options_, console_);
    if (!files) return console_.error(files.error());
    if (const auto loaded = load(*files); !loaded) note_failure(loaded.error());
    if (exit_ == ExitCode::done) check_input_durations();
    if (exit_ != ExitCode::done) return exit_;
    return write();
}

Result<> MergeRun::load(const std::vector<InputFile>& files) {
    const auto source = open_source(options_, files);
    auto loaded = load_all(*source, options_.limits, static_cast<unsigned>(options_.threads),
                           [&](const LoadedInput& input) { visit(input, source->size()); });
    console_.end_progress();
    if (!loaded || seen_ != 0) return loaded;
    if (options_.framed) return fail_in("stdin", {.message = "there is no profile in the stream"});
    if (options_.shard && !files.empty()) {
        return fail(ErrorCode::invalid_content, "this shard has no inputs", "merge in fewer shards");
    }
    return fail(ErrorCode::invalid_content, "there is nothing to merge: the lists and directories name no file");
}

void MergeRun::visit(const LoadedInput& input, std::optional<std::size_t> total) {
    ++seen_;
    console_.progress(total ? fmt::format("{} of {}", seen_, *total) : fmt::format("{}", seen_));
    if (const auto added = add(input); !added) note_failure(added.error());
}

Result<> MergeRun::add(const LoadedInput& input) {
    const auto& [stored, profile] = input;
    if (!profile) return fail(profile.error());
    const auto counted = is_counted(stored);
    if (!counted) return fail(counted.error());
    if (*counted) {
        console_.note(fmt::format("{} is left out: its bytes have been counted already", stored.name));
        return {};
    }
    if (auto added = merger_.add(**profile, stored.name, stored.weight); !added) return added;
    if (options_.shard) counted_.emplace(*stored.sha256, stored.weight);
    inputs_.push_back(input_duration(stored.name, **profile));
    return {};
}

/// In a shard, the same bytes count once, so that it does no harm if a task wrote them twice.
Result<bool> MergeRun::is_counted(const StoredInput& input) const {
    if (!options_.shard) return false;
    const auto same = counted_.find(*input.sha256);
    if (same == counted_.end()) return false;
    if (same->second == input.weight) return true;
    return fail_in(input.name, {.message = fmt::format("is listed with weight {}, and another copy of it with {}",
                                                       input.weight, same->second)});
}

void MergeRun::note_failure(Error error) {
    if (error.code == ErrorCode::io_failure && !options_.recursive && is_directory(error.input)) {
        error.remedy = "name the files in it, or merge them all with --recursive";
    }
    exit_ = worst(exit_, console_.error(error));
}

void MergeRun::check_input_durations() {
    if (options_.durations == "ignore") return;
    const auto comparable = check_durations(inputs_, options_.tolerance);
    if (comparable) return;
    note_failure(comparable.error());
    for (const InputDuration& input : inputs_) {
        console_.note(fmt::format("{}: {}", input.name, describe_duration(input.summary)));
    }
}

ExitCode MergeRun::write() {
    for (const std::string& type : merger_.dropped_sample_types()) {
        console_.note(fmt::format("sample type {} is left out: not every input has it", type));
    }
    const auto merged = std::move(merger_).finish();
    if (!merged) return console_.error(merged.error());
    if (merged->sample_count == 0) console_.warning("the inputs have no samples: Go ignores such a profile");
    const auto written = write_profile(*merged);
    return written ? ExitCode::done : console_.error(written.error());
}

Result<> MergeRun::write_profile(const StreamedProfile& merged) const {
    auto output = open_binary(options_.output);
    if (!output) return fail(output.error());
    const unsigned compressing = options_.threads == 1 ? 0 : static_cast<unsigned>(options_.threads);
    GzipWriter gzip(compressing, [&](ByteView bytes) { return output->write(bytes); });
    if (auto encoded = encode_pprof(merged, [&](ByteView bytes) { return gzip.write(bytes); }); !encoded) {
        return encoded;
    }
    if (auto finished = gzip.finish(); !finished) return finished;
    return output->commit();
}

}  // namespace pgoprof::cli
