#include "pgo_merge/options.h"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "cli/options.h"
#include "pgoprof/base/parallel.h"
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
    add_min_success_option(app, options.min_success,
                           "Go on when inputs fail, and exit 5, if N, or P%, of them are merged");
    options.threads = available_threads();
    add_integer_option(app, "-j,--jobs", options.threads, 1, 1024, "Decode on N threads [all cores]");
    add_limits_option(app, options.limits);
}

}  // namespace

void declare_options(CLI::App& app, Options& options) {
    declare_inputs(app, options);
    add_merging_options(app, options.merging);
    app.add_flag_callback(
        "--allow-negative", [&options] { options.merging.merge.negative_values = NegativeValues::allow; },
        "Merge negative values too (differences of profiles)");
    add_output_option(app, options.output);
    add_parsed_option(app, "--summary", "the name of a file, or -",
                      "Write what went into the merge, and what did not, to FILE as JSON", parse_name,
                      [&options](const std::string& path) { options.summary = path; })
        ->type_name("FILE");
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
    if (auto sound = check_merging_options(options.merging); !sound) return sound;
    const MergeOptions& merge = options.merging.merge;
    if (merge.detail == Detail::compact && merge.negative_values == NegativeValues::allow) {
        return senseless("--compact is for profiles that a build reads: it takes no negative values");
    }
    if (options.summary == options.output || would_replace(options.summary, options.output)) {
        return senseless("--summary and --output are the same");
    }
    for (const std::string& list : options.lists) {
        if (auto kept = keep_input("--output", options.output, list); !kept) return kept;
        if (auto kept = keep_input("--summary", options.summary, list); !kept) return kept;
    }
    return {};
}

}  // namespace pgoprof::cli
