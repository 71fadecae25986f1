#include "pgo_merge/options.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <thread>

#include "cli/options.h"
#include "pgoprof/io/sink.h"

namespace pgoprof::cli {
namespace {

/// "2,cpu.pprof"
std::optional<InputFile> parse_weighted_input(std::string_view text) {
    const auto comma = text.find(',');
    if (comma == text.npos || comma + 1 == text.size()) return std::nullopt;
    const auto weight = parse_weight(text.substr(0, comma));
    if (!weight) return std::nullopt;
    return InputFile{.path = std::string(text.substr(comma + 1)), .weight = *weight};
}

/// "2/8"
std::optional<Shard> parse_shard(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == text.npos) return std::nullopt;
    const auto number = parse_weight(text.substr(0, slash));
    const auto count = parse_weight(text.substr(slash + 1));
    if (!number || !count || *number > *count) return std::nullopt;
    return Shard{static_cast<std::uint64_t>(*number), static_cast<std::uint64_t>(*count)};
}

/// "8" or "90%"
std::optional<MinSuccess> parse_min_success(std::string_view text) {
    if (const auto fraction = parse_percent(text)) return MinSuccess{.fraction = *fraction};
    if (const auto count = parse_weight(text)) return MinSuccess{.count = static_cast<std::uint64_t>(*count)};
    return std::nullopt;
}

void declare_inputs(CLI::App& app, Options& options) {
    app.add_option("FILE", options.paths, "Profiles to merge; - is stdin");
    const auto add_weighted = [&options](const InputFile& file) { options.weighted.push_back(file); };
    add_repeatable_option(app, "--weighted-input", "W,FILE with an integer W of at least 1",
                          "Merge FILE too, counting it W times; repeatable", parse_weighted_input, add_weighted)
        ->type_name("W,FILE");
    const auto add_list = [&options](const std::string& list) { options.lists.push_back(list); };
    add_repeatable_option(app, "--input-files", "the name of a file, or -",
                          "Merge the files in LIST too: PATH, or PATH TAB WEIGHT TAB SHA256, a line", parse_name,
                          add_list)
        ->type_name("LIST");
    app.add_flag("-r,--recursive", options.recursive, "Take a directory for the files in it and below");
    app.add_flag("--framed", options.framed, "Read profiles from stdin, each after its length as a protobuf varint");
    add_parsed_option(app, "--shard", "I/N with integers 1 <= I <= N",
                      "Merge this share of the inputs, by SHA-256; the same bytes count once", parse_shard,
                      [&options](const Shard& shard) { options.shard = shard; })
        ->type_name("I/N");
    add_parsed_option(app, "--min-success", "an integer of at least 1, or a percentage such as 90%",
                      "Go on when inputs fail, and exit 5, if N, or P%, of them are merged", parse_min_success,
                      [&options](const MinSuccess& least) { options.min_success = least; })
        ->type_name("N|P%");
    options.threads = std::max(1U, std::thread::hardware_concurrency());
    add_integer_option(app, "-j,--jobs", options.threads, 1, 1024, "Decode on N threads [all cores]");
    add_limits_option(app, options.limits);
}

void declare_merging(CLI::App& app, Options& options) {
    add_choice_option(app, "--durations", options.durations, {"check", "scale", "ignore"},
                      "Refuse (check), even out (scale) or ignore differing durations");
    add_percent_option(app, "--duration-tolerance", options.tolerance,
                       "Let the shortest differ from the longest by PERCENT of it [10%]");
    app.add_flag_callback(
        "--compact", [&options] { options.merge.detail = Detail::compact; },
        "Write only what the Go compiler reads, for a default.pgo to keep in the repository");
    app.add_flag_callback(
        "--allow-negative", [&options] { options.merge.negative_values = NegativeValues::allow; },
        "Merge negative values too (differences of profiles)");
    add_label_options(app, options.drop_labels, options.keep_labels);
}

}  // namespace

void declare_options(CLI::App& app, Options& options) {
    declare_inputs(app, options);
    declare_merging(app, options);
    add_output_option(app, options.output);
    add_parsed_option(app, "--summary", "the name of a file, or -",
                      "Write what went into the merge, and what did not, to FILE as JSON", parse_name,
                      [&options](const std::string& path) { options.summary = path; })
        ->type_name("FILE");
}

bool MinSuccess::met(std::uint64_t merged, std::uint64_t failed) const {
    constexpr double kRounding = 1 - 1e-12;  // 99.9% is a bit more than 999 of 1000 in floating point
    return merged >= count &&
           static_cast<double>(merged) >= fraction * kRounding * static_cast<double>(merged + failed);
}

Result<> check_options(const Options& options) {
    const auto senseless = [](std::string message) { return fail(ErrorCode::usage, std::move(message), "try --help"); };
    const bool named = !options.paths.empty() || !options.weighted.empty() || !options.lists.empty();
    if (options.framed && (named || options.recursive || options.shard)) {
        return senseless("--framed reads all profiles from stdin: no other input, nor a share of it, can be asked for");
    }
    if (!options.framed && !named) return senseless("nothing to merge: name a FILE");
    const auto stdin_uses = std::ranges::count(options.paths, "-") + std::ranges::count(options.lists, "-") +
                            std::ranges::count(options.weighted, "-", &InputFile::path);
    if (stdin_uses > 1) return senseless("stdin (-) can be read only once");
    if (options.drop_labels && options.keep_labels) return senseless("--drop-labels leaves none for --keep-labels");
    if (options.merge.detail == Detail::compact) {
        if (options.keep_labels) return senseless("--compact keeps no labels");
        if (options.merge.negative_values == NegativeValues::allow) {
            return senseless("--compact is for profiles that a build reads: it takes no negative values");
        }
    }
    if (options.summary == options.output || would_replace(options.summary, options.output)) {
        return senseless("--summary and --output are the same");
    }
    for (const std::string& list : options.lists) {
        if (auto kept = keep_input("--output", options.output, list); !kept) return kept;
        if (auto kept = keep_input("--summary", options.summary, list); !kept) return kept;
    }
    if (options.tolerance && options.durations != "check") {
        return senseless("--duration-tolerance is for --durations=check only");
    }
    return {};
}

}  // namespace pgoprof::cli
