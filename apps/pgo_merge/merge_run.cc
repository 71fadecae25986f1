#include "pgo_merge/merge_run.h"

#include <fmt/format.h>

#include "cli/options.h"
#include "pgo_merge/inputs.h"
#include "pgoprof/base/gzip_writer.h"
#include "pgoprof/codec/pprof.h"
#include "pgoprof/io/sink.h"

namespace pgoprof::cli {

namespace {

constexpr double kDefaultTolerance = 0.1;

}  // namespace

MergeOptions MergeRun::merge_options() const {
    MergeOptions options = options_.merge;
    options.scaled = scales_;
    options.threads = static_cast<unsigned>(options_.threads);
    options.kept_labels = options_.keep_labels;
    if (options_.drop_labels) options.kept_labels.emplace();
    return options;
}

ExitCode MergeRun::run() {
    if (const auto sound = check_options(options_); !sound) return console_.error(sound.error());
    const auto files = find_files(options_, console_);
    if (!files) return console_.error(files.error());
    for (const InputFile& file : *files) {
        if (const auto kept = keep_input("--summary", options_.summary, file.path); !kept) {
            return console_.error(kept.error());
        }
    }
    if (const auto loaded = load(*files); !loaded) note_fatal(loaded.error());
    if (!fatal_) check_success();
    if (!fatal_) check_input_durations();
    if (!inputs_.empty()) note_dropped();
    if (!fatal_) write();
    if (!options_.summary.empty()) write_summary();
    if (fatal_) return exit_;
    return failed_ == 0 ? ExitCode::done : ExitCode::partial;
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
    MergeReport::Input entry{.name = input.stored.name, .sha256 = input.stored.sha256, .weight = input.stored.weight};
    if (input.profile || !input.stored.bytes.empty()) entry.bytes = input.stored.bytes.size();
    if (const auto added = add(input, entry); !added) {
        entry.outcome = MergeReport::Outcome::failed;
        entry.error = added.error();
        note_failure(added.error());
    }
    if (!options_.summary.empty()) report_.inputs.push_back(std::move(entry));
}

Result<> MergeRun::add(const LoadedInput& input, MergeReport::Input& entry) {
    const auto& [stored, profile] = input;
    if (!profile) return fail(profile.error());
    InputDuration duration = input_duration(stored.name, **profile);
    if (!options_.summary.empty()) {
        entry.content = {duration.summary, (**profile).duration_nanos, profile_totals(**profile)};
    }
    const auto counted = is_counted(stored);
    if (!counted) return fail(counted.error());
    if (*counted) {
        entry.outcome = MergeReport::Outcome::duplicate;
        console_.note(fmt::format("{} is left out: its bytes have been counted already", stored.name));
        return {};
    }
    const auto times = factor(duration, stored.weight);
    if (!times) return fail_in(stored.name, times.error());
    if (auto added = merger_.add(**profile, stored.name, *times); !added) return added;
    entry.factor = *times;
    mixture_.add(**profile);
    if (options_.shard) counted_.emplace(*stored.sha256, stored.weight);
    duration.summary.scaled |= scales_;
    inputs_.push_back(std::move(duration));
    return {};
}

/// How often the values of an input count.
Result<std::int64_t> MergeRun::factor(const InputDuration& input, std::int64_t weight) const {
    return scales_ ? scale_factor(input.summary, weight) : weight;
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

/// Of one input. That inputs do not agree is never tolerated: which of them is wrong cannot be told.
void MergeRun::note_failure(Error error) {
    if (error.code == ErrorCode::disagreement) return note_fatal(error);
    if (error.code == ErrorCode::io_failure && !options_.recursive && is_directory(error.input)) {
        error.remedy = "name the files in it, or merge them all with --recursive";
    }
    ++failed_;
    exit_ = worst(exit_, console_.error(error));
}

void MergeRun::note_fatal(const Error& error) {
    fatal_ = true;
    report_.errors.push_back(error);
    exit_ = worst(exit_, console_.error(error));
}

void MergeRun::check_success() {
    const std::size_t merged = inputs_.size();
    if (!options_.min_success) {
        fatal_ = failed_ != 0;
    } else if (!options_.min_success->met(merged, failed_)) {
        note_fatal({.code = ErrorCode::disagreement,
                    .message = fmt::format("{} of {} inputs can be merged, fewer than --min-success asks for", merged,
                                           merged + failed_)});
    } else if (failed_ != 0) {
        console_.warning(fmt::format("{} of {} inputs are not in the result", failed_, merged + failed_));
    }
}

void MergeRun::check_input_durations() {
    if (options_.durations == "ignore") return;
    const auto comparable = check_durations(inputs_, options_.tolerance.value_or(kDefaultTolerance));
    if (comparable) return;
    note_fatal(comparable.error());
    for (const InputDuration& input : inputs_) {
        console_.note(fmt::format("{}: {}", input.name, describe_duration(input.summary)));
    }
}

/// Nothing is left out without a word.
void MergeRun::note_dropped() {
    const auto types = merger_.dropped_sample_types();
    const auto& labels = mixture_.dropped_labels();
    report_.dropped_sample_types.assign(types.begin(), types.end());
    report_.dropped_labels.assign(labels.begin(), labels.end());
    report_.notes = mixture_.notes();
    if (fatal_) return;
    for (const std::string& type : report_.dropped_sample_types) {
        console_.note(fmt::format("sample type {} is left out: not every input has it", type));
    }
    if (!report_.dropped_labels.empty()) {
        console_.note(fmt::format("labels are left out: {}", fmt::join(report_.dropped_labels, ", ")));
    }
    for (const std::string& note : report_.notes) console_.note(note);
}

void MergeRun::write() {
    merger_.count_failed(failed_);
    const InputSummary provenance = merger_.summary();
    const auto merged = std::move(merger_).finish();
    if (!merged) return note_fatal(merged.error());
    if (merged->sample_count == 0) console_.warning("the inputs have no samples: Go ignores such a profile");
    const auto written = write_profile(*merged);
    if (!written) return note_fatal(written.error());
    report_.provenance = provenance;
    report_.output = options_.output == "-" ? "<stdout>" : options_.output;
}

/// Of a failed run too: it says what was wrong with which input.
void MergeRun::write_summary() {
    const auto written = write_output(options_.summary, as_bytes(merge_json(report_)));
    if (!written) note_fatal(written.error());
}

Result<> MergeRun::write_profile(const StreamedProfile& merged) const {
    auto output = open_binary(options_.output);
    if (!output) return fail(output.error());
    const unsigned compressing = options_.threads == 1 ? 0 : static_cast<unsigned>(options_.threads);
    const auto compression = options_.merge.detail == Detail::compact ? Compression::thorough : Compression::quick;
    GzipWriter gzip(compressing, compression, [&](ByteView bytes) { return output->write(bytes); });
    if (auto encoded = encode_pprof(merged, [&](ByteView bytes) { return gzip.write(bytes); }); !encoded) {
        return encoded;
    }
    if (auto finished = gzip.finish(); !finished) return finished;
    return output->commit();
}

}  // namespace pgoprof::cli
