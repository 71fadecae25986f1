#include "pgo_fetch/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <string_view>
#include <utility>

#include "cli/options.h"
#include "pgo_fetch/backend_options.h"

namespace pgoprof::cli {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

/// What CLI11 takes a flag without a value for.
constexpr std::string_view kBareFlag = "true";

constexpr std::string_view kDuration = "a duration such as 90s, 5m or 1h30m";

/// "90", "90s", "1m30s", as long as captures may be
std::optional<std::chrono::seconds> parse_whole_seconds(std::string_view text) {
    const auto length = parse_duration(text);
    if (!length || *length % 1s != 0s || *length < 1s || *length > kLongestCapture) return std::nullopt;
    return *length / 1s * 1s;
}

/// The help calls N what is, for most, a number of seconds.
void add_seconds_option(CLI::App& app, const std::string& name, const std::string& help,
                        const std::function<void(std::chrono::seconds)>& set) {
    const auto what = fmt::format("whole seconds from 1 to {}, such as 90, 90s or 1m30s", kLongestCapture.count());
    add_parsed_option(app, name, what, help, parse_whole_seconds, set)->type_name("N");
}

/// "10" or "20%"
std::optional<Sampling> parse_sampling(std::string_view text) {
    if (const auto fraction = parse_percent(text)) {
        return *fraction > 0 ? std::optional(Sampling{.fraction = *fraction}) : std::nullopt;
    }
    std::uint64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc() || end != text.data() + text.size() || count == 0) return std::nullopt;
    return Sampling{.count = count};
}

/// "0.05"
std::optional<double> parse_cores(const std::string& text) {
    double cores = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cores);
    if (error != std::errc() || end != text.data() + text.size() || !(cores >= 0 && cores <= 1e6)) return std::nullopt;
    return cores;
}

/// "20%", "0.2"
std::optional<double> parse_part(std::string_view text) {
    if (const auto fraction = parse_percent(text)) return fraction;
    if (text == kBareFlag) return 0.5;
    if (!text.starts_with("0.")) return std::nullopt;
    return parse_percent(std::string(text) + "e2%");
}

/// Within which a round's captures begin.
std::optional<milliseconds> spread(const Options& options) {
    if (options.jitter.empty()) return milliseconds(0);
    if (const auto part = parse_part(options.jitter)) {
        return std::chrono::duration_cast<milliseconds>(options.every * *part);
    }
    return parse_duration(options.jitter);
}

void declare_targets(CLI::App& app, Options& options) {
    app.add_option("URL", options.urls, "Targets: host:port, or a URL with or without a path")->type_name("");
    add_repeatable_option(app, "--targets", "the name of a file, or -",
                          "Ask the targets in FILE, too: one a line, or Prometheus's file_sd JSON; repeatable",
                          parse_name, [&](const std::string& path) { options.target_lists.push_back(path); })
        ->type_name("FILE");
    app.add_flag("--all-addresses", options.target.all_addresses, "Ask every address that a host name has");
    TargetOptions& target = options.target;
    add_seconds_option(app, "--seconds", "Length of a capture in seconds [30]",
                       [&target](std::chrono::seconds length) { target.seconds = length; });
    add_seconds_option(app, "--timeout", "Give up after so many seconds [those of the capture + 30]",
                       [&target](std::chrono::seconds time) { target.timeout = time; });
    add_parsed_option(app, "--connect-timeout", std::string(kDuration), "Give up without a connection by then [10s]",
                      parse_duration, [&](milliseconds time) { options.target.connect_timeout = time; })
        ->type_name("DURATION");
    add_integer_option(app, "--retries", options.retries, 0, 1000,
                       "Ask again so often where a failure can pass, waiting longer each time [2]");
}

void declare_schedule(CLI::App& app, Options& options) {
    add_integer_option(app, "--parallel", options.parallel, 1, 100'000, "Ask so many at a time [32]");
    add_integer_option(app, "--rounds", options.rounds, 1, 1'000'000, "Collect so often [1]");
    add_parsed_option(app, "--every", std::string(kDuration), "Begin a round so long after the one before",
                      parse_duration, [&](milliseconds time) { options.every = time; })
        ->type_name("DURATION");
    add_parsed_option(
        app, "--sample", "an integer of at least 1, or a percentage above 0%",
        "Ask N, or P%, of the targets in a round, drawn by lot",
        [](const std::string& text) { return parse_sampling(text) ? std::optional(text) : std::nullopt; },
        [&](const std::string& text) {
            options.sample = text;
            options.sampling = *parse_sampling(text);
        })
        ->type_name("N|P%");
    app.add_flag("--jitter", options.jitter,
                 "Spread a round's captures over a part of --every (20%), or so long (30s) [50%]");
    add_parsed_option(app, "--min-cpu", "a number of CPU cores, such as 0.1",
                      "Leave out captures of servers that keep fewer CORES busy", parse_cores,
                      [&](double cores) { options.min_cores = cores; })
        ->type_name("CORES");
}

void declare_results(CLI::App& app, Options& options) {
    add_output_option(app, options.output)
        ->description("Write what one target gave, or the merge of all, to FILE; - is stdout [-, without --dir]");
    add_parsed_option(app, "--dir", "the name of a directory",
                      "Keep each profile as it came in DIR, with a manifest; resume what was collected there",
                      parse_name, [&](const std::string& path) { options.directory = path; })
        ->type_name("DIR");
    add_merging_options(app, options.merging);
    add_min_success_option(app, options.min_success,
                           "Go on when captures fail, and exit 5, if N, or P%, of them succeed");
    app.add_flag("--best-effort", options.best_effort,
                 "Exit 0 whatever fails, with a warning, even if nothing is written: a build can go on");
    add_choice_option(app, "--format", options.format, {"text", "json"}, "Form of the report on all captures");
    add_limits_option(app, options.target.limits);
    app.get_option("--max-input-size")->description("Refuse a profile of more than SIZE bytes [64m]");
}

std::unexpected<Error> senseless(std::string message, std::string remedy = "try --help") {
    return fail(ErrorCode::usage, std::move(message), std::move(remedy));
}

Result<> check_schedule(const Options& options) {
    if (!spread(options)) return senseless("--jitter must be a percentage or a duration: --jitter=20%, --jitter=30s");
    if (options.jitter == kBareFlag) {
        const auto is_value = [](const std::string& url) { return parse_part(url) || parse_duration(url); };
        if (const auto url = std::ranges::find_if(options.urls, is_value); url != options.urls.end()) {
            return senseless(fmt::format("{} is no target", *url), fmt::format("write --jitter={}", *url));
        }
    }
    if (parse_part(options.jitter) && options.every.count() == 0) {
        return senseless("--jitter is a part of --every, which is not given", "write a duration, such as --jitter=30s");
    }
    if (options.every.count() != 0 && options.rounds == 1) return senseless("--every is for several --rounds");
    return {};
}

}  // namespace

void declare_options(CLI::App& app, Options& options) {
    declare_targets(app, options);
    declare_schedule(app, options);
    declare_results(app, options);
    declare_access_options(app, options.access);
    declare_backend_options(app, options.target);
}

Result<> check_options(const Options& options) {
    if (options.urls.empty() && options.target_lists.empty()) {
        return senseless("nothing to fetch: name a URL, or a file of them with --targets");
    }
    if (std::ranges::count(options.target_lists, "-") > 1) return senseless("stdin (-) can be read only once");
    if (auto sound = check_schedule(options); !sound) return sound;
    if (auto sound = check_merging_options(options.merging); !sound) return sound;
    for (const std::string& list : options.target_lists) {
        if (auto kept = keep_input("--output", options.output_path(), list); !kept) return kept;
    }
    if (options.directory.empty()) return {};
    return keep_input("--output", options.output_path(), manifest_path(options.directory));
}

Result<TargetOptions> target_options(const Options& options) {
    TargetOptions target = options.target;
    auto access = make_access(options.access, target.environment);
    if (!access) return fail(std::move(access.error()));
    target.access = *std::move(access);
    return target;
}

ManifestSettings manifest_settings(const Options& options, std::uint64_t seed) {
    const TargetOptions& target = options.target;
    std::vector<std::string> given{fmt::format("--rounds {}", options.rounds),
                                   "--from " + format_moment(target.range.from),
                                   "--to " + format_moment(target.range.to)};
    const auto add = [&given](bool is_given, const std::string& option) {
        if (is_given) given.push_back(option);
    };
    const auto add_length = [&add](const char* name, milliseconds length) {
        add(length.count() != 0, length % 1s == 0s ? fmt::format("{} {}s", name, length / 1s)
                                                   : fmt::format("{} {}ms", name, length.count()));
    };
    add(target.seconds.has_value(), fmt::format("--seconds {}", target.seconds.value_or(0s).count()));
    add_length("--every", options.every);
    add_length("--jitter", spread(options).value_or(milliseconds(0)));
    add(!options.sample.empty(), "--sample " + options.sample);
    add(options.min_cores != 0, fmt::format("--min-cpu {}", options.min_cores));
    add(target.all_addresses, "--all-addresses");
    add(target.profiles.has_value(), fmt::format("--profiles {}", target.profiles.value_or(0)));
    return {.seed = seed, .options = std::move(given)};
}

CollectPlan collect_plan(const Options& options, std::uint64_t seed) {
    return {.seed = seed,
            .rounds = options.rounds,
            .every = options.every,
            .spread = spread(options).value_or(milliseconds(0)),
            .sampling = options.sampling,
            .parallel = static_cast<std::size_t>(options.parallel),
            .retry = {.retries = options.retries},
            .limits = options.target.limits};
}

}  // namespace pgoprof::cli
