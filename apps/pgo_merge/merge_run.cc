#include "pgo_merge/merge_run.h"

#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "cli/heap.h"
#include "cli/options.h"
#include "pgo_merge/inputs.h"
#include "pgoprof/io/sink.h"

namespace pgoprof::cli {
namespace {

constexpr std::size_t kFew = 4;  ///< inputs, of whose merge page faults would be a third

/// What stands in a list instead of a TAB is taken for a part of the name.
bool may_lack_tab(const std::string& path) {
    std::error_code none;
    return path.find_first_of(" ,") != path.npos && !std::filesystem::exists(path, none);
}

}  // namespace

ExitCode MergeRun::run() {
    if (const auto sound = check_options(options_); !sound) return console_.error(sound.error());
    const auto files = find_files(options_, console_);
    if (!files) return console_.error(files.error());
    for (const InputFile& file : *files) {
        if (const auto kept = keep_input("--summary", options_.summary, file.path); !kept) {
            return console_.error(kept.error());
        }
    }
    // It takes some megabytes, which many inputs need for something else.
    if (files->size() <= kFew && options_.merging.merge.detail == Detail::full) prepare_heap();
    if (const auto loaded = load(*files); !loaded) note_fatal(loaded.error());
    if (!fatal_) check_success();
    if (!fatal_) check_input_durations();
    if (merging_.inputs() != 0) note_dropped();
    if (!fatal_) write();
    if (!options_.summary.empty()) write_summary();
    if (fatal_) return exit_;
    return failed_ == 0 ? ExitCode::done : ExitCode::partial;
}

Result<> MergeRun::load(const std::vector<InputFile>& files) {
    const auto source = open_source(options_, files);
    const bool compact = options_.merging.merge.detail == Detail::compact;
    auto loaded = load_all(
        *source, options_.limits, static_cast<unsigned>(options_.threads),
        [&](const LoadedInput& input) { visit(input, source->size()); }, compact ? Samples::ends : Samples::whole);
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
    const auto times = merging_.add(**profile, std::move(duration), stored.weight);
    if (!times) return fail(times.error());
    entry.factor = *times;
    if (options_.shard) counted_.emplace(*stored.sha256, stored.weight);
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

/// Of one input. That inputs do not agree is never tolerated: which of them is wrong cannot be told.
void MergeRun::note_failure(Error error) {
    if (error.code == ErrorCode::disagreement) return note_fatal(error);
    if (error.code == ErrorCode::io_failure && !options_.recursive && is_directory(error.input)) {
        error.remedy = "name the files in it, or merge them all with --recursive";
    }
    if (error.code == ErrorCode::io_failure && !options_.lists.empty() && may_lack_tab(error.input)) {
        error.remedy = "in a list a path comes first, and a TAB stands before its weight and before its SHA-256";
    }
    ++failed_;
    exit_ = worst(exit_, console_.error(error));
}

void MergeRun::note_fatal(const Error& error) {
    console_.error(error);
    take_fatal(error);
}

void MergeRun::take_fatal(const Error& error) {
    fatal_ = true;
    report_.errors.push_back(error);
    exit_ = worst(exit_, exit_code(error));
}

void MergeRun::check_success() {
    const std::size_t merged = merging_.inputs();
    const std::size_t inputs = merged + failed_;
    if (!options_.min_success) {
        fatal_ = failed_ != 0;
    } else if (!options_.min_success->met(merged, failed_)) {
        note_fatal(
            {.code = ErrorCode::disagreement,
             .message = fmt::format("{} of {} inputs can be merged, fewer than the {} that --min-success asks for",
                                    merged, inputs, options_.min_success->needed(inputs))});
    } else if (failed_ != 0) {
        console_.warning(fmt::format("{} of {} inputs are not in the result", failed_, inputs));
    }
}

void MergeRun::check_input_durations() {
    const auto comparable = merging_.check_durations(console_);
    if (!comparable) take_fatal(comparable.error());
}

void MergeRun::note_dropped() {
    report_.dropped_sample_types = merging_.dropped_sample_types();
    report_.dropped_labels = merging_.dropped_labels();
    report_.notes = merging_.notes();
    if (!fatal_) merging_.note_dropped(console_);
}

void MergeRun::write() {
    const auto provenance = std::move(merging_).write(options_.output, failed_, console_);
    if (!provenance) return note_fatal(provenance.error());
    report_.provenance = *provenance;
    report_.output = options_.output == "-" ? "<stdout>" : options_.output;
}

/// Of a failed run too: it says what was wrong with which input.
void MergeRun::write_summary() {
    const auto written = write_output(options_.summary, as_bytes(merge_json(report_)));
    if (!written) note_fatal(written.error());
}

}  // namespace pgoprof::cli
