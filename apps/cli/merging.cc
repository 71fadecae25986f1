#include "cli/merging.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "cli/options.h"
#include "pgoprof/base/gzip_writer.h"
#include "pgoprof/codec/pprof.h"
#include "pgoprof/io/input_files.h"
#include "pgoprof/io/sink.h"
#include "pgoprof/transform/profile_totals.h"
#include "pgoprof/transform/share.h"

namespace pgoprof::cli {
namespace {

/// "8" or "90%"
std::optional<MinSuccess> parse_min_success(std::string_view text) {
    if (const auto fraction = parse_percent(text)) return MinSuccess{.fraction = *fraction};
    if (const auto count = parse_weight(text)) return MinSuccess{.count = static_cast<std::uint64_t>(*count)};
    return std::nullopt;
}

bool is_scaled(const MergingOptions& options) { return options.durations == "scale" || options.weight_by == "target"; }

MergeOptions merge_options(const MergingOptions& given, unsigned threads) {
    MergeOptions options = given.merge;
    options.scaled = is_scaled(given);
    options.threads = threads;
    options.kept_labels = given.keep_labels;
    if (given.drop_labels) options.kept_labels.emplace();
    return options;
}

}  // namespace

std::uint64_t MinSuccess::needed(std::uint64_t inputs) const {
    constexpr double kRounding = 1 - 1e-12;  // 99.9% is a bit more than 999 of 1000 in floating point
    return std::max(count, static_cast<std::uint64_t>(std::ceil(fraction * kRounding * static_cast<double>(inputs))));
}

void add_min_success_option(CLI::App& app, std::optional<MinSuccess>& least, const std::string& help) {
    add_parsed_option(app, "--min-success", "an integer of at least 1, or a percentage such as 90%", help,
                      parse_min_success, [&least](const MinSuccess& value) { least = value; })
        ->type_name("N|P%");
}

void add_merging_options(CLI::App& app, MergingOptions& options) {
    add_choice_option(app, "--durations", options.durations, {"check", "scale", "ignore"},
                      "Refuse (check), scale (so that ratios alone count) or ignore differing durations");
    add_percent_option(app, "--duration-tolerance", options.tolerance,
                       "Let the shortest differ from the longest by PERCENT of it [10%]");
    add_choice_option(app, "--weight-by", options.weight_by, {"cpu", "target"},
                      "Who used more CPU counts more (cpu), or each profile the same (target)");
    app.add_flag_callback(
        "--compact", [&options] { options.merge.detail = Detail::compact; },
        "Write only what the Go compiler reads, for a default.pgo to keep in the repository");
    add_label_options(app, options.drop_labels, options.keep_labels);
}

Result<> check_merging_options(const MergingOptions& options) {
    const auto senseless = [](std::string message) { return fail(ErrorCode::usage, std::move(message), "try --help"); };
    if (options.drop_labels && options.keep_labels) return senseless("--drop-labels leaves none for --keep-labels");
    if (options.merge.detail == Detail::compact && options.keep_labels) return senseless("--compact keeps no labels");
    if (options.tolerance && options.durations != "check") {
        return senseless("--duration-tolerance is for --durations=check only");
    }
    if (options.weight_by == "target" && options.durations == "scale") {
        return senseless("--weight-by=target evens out durations, too: --durations=scale has nothing left to do");
    }
    return {};
}

Merging::Merging(const MergingOptions& options, unsigned threads)
    : options_(options),
      threads_(threads),
      merger_(merge_options(options, threads)),
      mixture_(merge_options(options, threads).kept_labels) {}

Result<std::int64_t> Merging::add(const RawProfile& raw, InputDuration duration, std::int64_t weight,
                                  Compared compared) {
    const auto times = factor(raw, duration.summary, weight);
    if (!times) return fail_in(duration.name, times.error());
    if (const auto added = merger_.add(raw, duration.name, *times); !added) return fail(added.error());
    mixture_.add(raw);
    duration.summary.scaled |= is_scaled(options_);
    ++inputs_;
    if (compared == Compared::yes) durations_.push_back(std::move(duration));
    return *times;
}

/// How often the values of an input count.
Result<std::int64_t> Merging::factor(const RawProfile& raw, const InputSummary& summary, std::int64_t weight) const {
    if (options_.durations == "scale") return scale_factor(summary, weight);
    if (options_.weight_by == "target") return share_factor(profile_totals(raw), summary, weight);
    return weight;
}

Result<> Merging::check_durations(const Console& console) const {
    if (options_.durations == "ignore") return {};
    const auto comparable = pgoprof::check_durations(durations_, options_.allowed_difference());
    if (comparable) return {};
    console.error(comparable.error());
    for (const InputDuration& input : durations_) {
        console.note(fmt::format("{}: {}", input.name, describe_duration(input.summary)));
    }
    return comparable;
}

std::vector<std::string> Merging::dropped_sample_types() const {
    const auto types = merger_.dropped_sample_types();
    return {types.begin(), types.end()};
}

std::vector<std::string> Merging::dropped_labels() const {
    const auto& labels = mixture_.dropped_labels();
    return {labels.begin(), labels.end()};
}

void Merging::note_dropped(const Console& console) const {
    for (const std::string& type : dropped_sample_types()) {
        console.note(fmt::format("sample type {} is left out: not every input has it", type));
    }
    if (const auto labels = dropped_labels(); !labels.empty()) {
        console.note(fmt::format("labels are left out: {}", fmt::join(labels, ", ")));
    }
    for (const std::string& note : notes()) console.note(note);
}

Result<InputSummary> Merging::write(const std::string& path, std::uint64_t failed_inputs, const Console& console) && {
    merger_.count_failed(failed_inputs);
    const InputSummary provenance = merger_.summary();
    const auto merged = std::move(merger_).finish();
    if (!merged) return fail(merged.error());
    if (merged->sample_count == 0) console.warning("the inputs have no samples: Go ignores such a profile");
    if (const auto written = write_profile(path, *merged); !written) return fail(written.error());
    return provenance;
}

Result<> Merging::write_profile(const std::string& path, const StreamedProfile& merged) const {
    auto output = open_binary(path);
    if (!output) return fail(output.error());
    const unsigned compressing = threads_ == 1 ? 0 : threads_;
    const auto compression = options_.merge.detail == Detail::compact ? Compression::thorough : Compression::quick;
    GzipWriter gzip(compressing, compression, [&](ByteView bytes) { return output->write(bytes); });
    if (auto encoded = encode_pprof(merged, [&](ByteView bytes) { return gzip.write(bytes); }); !encoded) {
        return encoded;
    }
    if (auto finished = gzip.finish(); !finished) return finished;
    return output->commit();
}

}  // namespace pgoprof::cli
