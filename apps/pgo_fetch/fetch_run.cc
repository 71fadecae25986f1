#include "pgo_fetch/fetch_run.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <random>

#include "pgo_fetch/process.h"
#include "pgo_fetch/progress.h"
#include "pgo_fetch/verdict.h"
#include "pgoprof/base/parallel.h"
#include "pgoprof/base/text.h"
#include "pgoprof/io/sink.h"

namespace pgoprof::cli {
namespace {

using std::chrono::seconds;

constexpr std::array kEndings{SIGINT, SIGTERM, SIGHUP};

volatile std::sig_atomic_t interrupted = 0;

/// The first Ctrl-C, SIGTERM, or SIGHUP (a terminal that is gone), ends the collection in an orderly way, a second one
/// the process.
void watch_interrupts() {
    struct sigaction action = {};
    action.sa_handler = [](int) {
        interrupted = 1;
        for (const int signal : kEndings) std::signal(signal, SIG_DFL);
    };
    for (const int signal : kEndings) sigaction(signal, &action, nullptr);
}

/// Small enough for JSON's readers, many of which know floating point only.
std::uint64_t draw_seed() {
    std::random_device device;
    return (static_cast<std::uint64_t>(device()) << 32 | device()) >> 11;
}

/// What would fail after the captures anyway.
Result<> check_output(const std::string& path) {
    if (path.empty()) return {};
    if (path == "-") {
        if (isatty(STDOUT_FILENO) == 0) return {};
        return fail(ErrorCode::usage, "a profile is binary, and stdout is a terminal",
                    "name a file with -o, or pipe it to another tool");
    }
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
        return fail_in(path,
                       {.code = ErrorCode::io_failure, .message = "is a directory", .remedy = "name a file in it"});
    }
    const auto folder = std::filesystem::path(path).parent_path();
    if (folder.empty() || std::filesystem::is_directory(folder, error)) return {};
    return fail_in(path, {.code = ErrorCode::io_failure, .message = "no such directory"});
}

ManifestEntry entry_of(const Turn& turn, std::size_t part, std::size_t parts) {
    return {.round = turn.round,
            .target = escape_line(turn.source.name),
            .of = turn.of,
            .part = part,
            .parts = parts,
            .time = fmt::format("{:%FT%TZ}", std::chrono::floor<seconds>(turn.asked_at)),
            .seconds = static_cast<std::uint64_t>(turn.source.seconds.count()),
            .attempts = turn.attempts};
}

/// The end of a capture takes the server a moment, which in a short one is much.
bool keeps_time(seconds asked, std::int64_t nanos, double tolerance) {
    constexpr double kMoment = 0.25;
    const auto wanted = static_cast<double>(asked.count());
    const double took = static_cast<double>(nanos) / 1e9;
    return std::abs(took - wanted) <= tolerance * std::max(took, wanted) || (took > wanted && took <= wanted + kMoment);
}

}  // namespace

FetchRun::FetchRun(const Options& options, const Console& console)
    : options_(options), console_(console), merging_(options.merging, available_threads()) {
    report_.rounds = options.rounds;
    report_.directory = options.directory;
}

ExitCode FetchRun::run() {
    if (const auto prepared = prepare(); !prepared) return console_.error(prepared.error());
    watch_interrupts();
    const auto collected = collect();
    console_.end_progress();
    return conclude(collected);
}

Result<> FetchRun::prepare() {
    if (auto sound = check_options(options_); !sound) return sound;
    if (auto found = find_targets(); !found) return found;
    if (auto sound = check_output(options_.output_path()); !sound) return sound;
    if (auto prepared = prepare_process(options_.parallel); !prepared) return prepared;
    warn_of_access(options_.access, console_);
    seed_ = draw_seed();
    return options_.directory.empty() ? Result<>() : open_archive();
}

Result<> FetchRun::find_targets() {
    auto target = target_options(options_);
    if (!target) return fail(target.error());
    target->note = [&](const std::string& text) { console_.note(text); };
    timeout_ = target->timeout;
    for (const std::string& url : options_.urls) {
        if (auto added = add_target(url, *target); !added) return added;
    }
    for (const std::string& path : options_.target_lists) {
        const auto listed = read_target_list(path);
        if (!listed) return fail(listed.error());
        for (const ListedTarget& named : *listed) {
            auto added = add_target(named.text, *target);
            if (added) continue;
            added.error().message += fmt::format(" ({})", named.where);
            return added;
        }
    }
    if (!targets_.empty()) return {};
    return fail(ErrorCode::invalid_content, "nothing to fetch: the lists name no target");
}

Result<> FetchRun::add_target(const std::string& text, const TargetOptions& target) {
    auto made = make_target(text, target);
    if (!made) return fail(std::move(made.error()));
    targets_.push_back(*std::move(made));
    return {};
}

Result<> FetchRun::open_archive() {
    ManifestSettings settings = manifest_settings(options_, seed_);
    std::vector<std::string> names;
    for (const auto& target : targets_) names.push_back(target->name());
    settings.targets = digest_of_targets(std::move(names));
    auto archive = Archive::open(options_.directory, settings);
    if (!archive) return fail(std::move(archive.error()));
    archive_ = *std::move(archive);
    seed_ = archive_->settings().seed;
    Loader loader(options_.target.limits);
    const auto forget = [&](Error error) {
        error.message += ": it is fetched again";
        console_.warning(describe(error));
    };
    auto recalled = archive_->recall(
        options_.target.limits.input_bytes, [&](auto& parts) { return recall(parts, loader); }, forget);
    if (recalled && !report_.rows.empty()) {
        console_.note(fmt::format("resumed with {} of earlier runs", format_count(report_.rows.size(), "capture")));
    }
    return recalled;
}

/// What an earlier run took of one source counts as if it came now.
Result<> FetchRun::recall(Archive::Kept& parts, Loader& loader) {
    for (auto& [entry, bytes] : parts) {
        if (entry.outcome == CaptureOutcome::captured && !options_.output_path().empty()) {
            ProfileBody body{.bytes = std::move(bytes)};
            const auto captured = read_capture(loader, body);
            if (!captured) return fail_in(entry.file, captured.error().error);
            take(entry, {body, *captured->profile, captured->figures, entry.part, entry.parts});
        }
        add_row(entry, Origin::earlier_run);
    }
    return {};
}

Result<> FetchRun::collect() {
    const auto transfers = make_http_transfers();
    Collector collector(*transfers, targets_, collect_plan(options_, seed_), *this);
    Progress progress(console_, collector, options_.rounds);
    return collector.run([&] {
        progress.show(std::chrono::steady_clock::now());
        return interrupted == 0;
    });
}

bool FetchRun::is_over(std::uint64_t round) { return archive_ && archive_->is_over(round); }

bool FetchRun::has(std::uint64_t round, std::string_view source) { return archive_ && archive_->has(round, source); }

void FetchRun::repeated(const Source& source) {
    if (repeated_.insert(source.name).second) {
        console_.note(fmt::format("{} is named more than once, and asked once", source.name));
    }
}

Result<> FetchRun::planned(std::span<const Turn> turns) {
    if (timeout_.count() == 0) return {};
    const auto longest = std::ranges::max_element(turns, {}, [](const Turn& turn) { return turn.source.seconds; });
    if (longest == turns.end() || longest->source.seconds < timeout_) return {};
    return fail(ErrorCode::usage,
                fmt::format("--timeout must be longer than the capture's {}s", longest->source.seconds.count()));
}

Result<> FetchRun::taken(const Turn& turn, const TakenProfile& profile) {
    ManifestEntry entry = entry_of(turn, profile.part, profile.parts);
    entry.duration_nanos = profile.figures.duration_nanos;
    entry.samples = profile.figures.samples;
    entry.cores = profile.figures.cores();
    if (is_idle(profile.figures)) {
        entry.outcome = CaptureOutcome::idle;
    } else {
        take(entry, profile);
    }
    if (archive_ && entry.outcome == CaptureOutcome::captured) {
        const ByteView bytes = comes_alone(entry) && alone_ ? alone_->view() : profile.body.bytes.view();
        if (auto kept = archive_->keep(entry, bytes); !kept) return kept;
    }
    return note(entry);
}

Result<> FetchRun::failed(const Turn& turn, const CaptureFailure& failure, std::size_t part, std::size_t parts) {
    ManifestEntry entry = entry_of(turn, part, parts);
    Error error = failure.error;
    if (error.input.empty()) error.input = turn.source.name;
    fail_entry(entry, fault_name(failure.fault), std::move(error));
    return note(entry);
}

/// Keeps a profile for the output, if there is one, and says of `entry` if that cannot be.
void FetchRun::take(ManifestEntry& entry, const TakenProfile& profile) {
    const seconds asked(entry.seconds);
    const bool is_odd =
        asked.count() != 0 && !keeps_time(asked, entry.duration_nanos, options_.merging.allowed_difference());
    const auto odd_duration = [&] {
        return fmt::format("the profile is of {}, not of {}s as it was asked for",
                           format_duration(entry.duration_nanos), asked.count());
    };
    if (comes_alone(entry)) {
        if (is_odd) console_.warning(fmt::format("{}: {}", entry.target, odd_duration()));
        alone_ = std::move(profile.body.bytes);
        return;
    }
    InputDuration duration = input_duration(entry.target, profile.profile);
    if (options_.merging.checks_durations() && asked.count() != 0) {
        if (is_odd) {
            return fail_entry(entry, "odd-duration",
                              {.code = ErrorCode::disagreement,
                               .message = odd_duration(),
                               .remedy = "--duration-tolerance allows for more, --durations=scale evens it out"});
        }
        duration.summary.shortest_nanos = duration.summary.longest_nanos = std::chrono::nanoseconds(asked).count();
    }
    if (options_.output_path().empty()) return;
    const auto compared = asked.count() == 0 ? Merging::Compared::no : Merging::Compared::yes;
    if (const auto added = merging_.add(profile.profile, std::move(duration), 1, compared); !added) {
        fail_entry(entry, "not-mergeable", added.error());
    }
}

/// What the only target gives, in the only round, is written as it came, unless it is to be changed.
bool FetchRun::comes_alone(const ManifestEntry& entry) const {
    return targets_.size() == 1 && options_.rounds == 1 && entry.of == 1 && entry.parts == 1 &&
           options_.merging.changes_nothing();
}

/// A profile that does not say how long it took, or of how much CPU, is idle only if it is empty.
bool FetchRun::is_idle(const CaptureFigures& figures) const {
    if (options_.min_cores == 0) return false;
    const bool known = figures.duration_nanos > 0 && figures.cpu_nanos > 0;
    return known ? figures.cores() < options_.min_cores : figures.samples == 0;
}

void FetchRun::fail_entry(ManifestEntry& entry, std::string_view fault, Error error) {
    entry.outcome = CaptureOutcome::failed;
    entry.fault = fault;
    entry.message = escape_line(error.message);
    failures_ = worst(failures_, exit_code(error));
    if (error.input.empty()) error.input = entry.target;
    if (options_.best_effort) {
        console_.warning(describe(error));
    } else {
        console_.error(error);
    }
}

Result<> FetchRun::note(const ManifestEntry& entry) {
    add_row(entry, Origin::this_run);
    return archive_ ? archive_->note(entry) : Result<>();
}

void FetchRun::add_row(const ManifestEntry& entry, Origin origin) {
    report_.rows.push_back({.round = entry.round,
                            .target = entry.target,
                            .part = entry.part,
                            .parts = entry.parts,
                            .time = entry.time,
                            .attempts = entry.attempts,
                            .outcome = outcome_name(entry.outcome),
                            .has_profile = entry.outcome != CaptureOutcome::failed || entry.duration_nanos != 0,
                            .duration_nanos = entry.duration_nanos,
                            .samples = entry.samples,
                            .cores = entry.cores,
                            .sha256 = entry.sha256 ? to_hex(*entry.sha256) : std::string(),
                            .file = entry.file,
                            .fault = entry.fault,
                            .message = entry.message,
                            .resumed = origin == Origin::earlier_run});
}

ExitCode FetchRun::conclude(const Result<>& collected) {
    const bool stopped = !collected && collected.error().code == ErrorCode::interrupted;
    if (!collected && !stopped) return console_.error(collected.error());
    report_.interrupted = stopped;
    const Judge judge(options_, console_, report_.rows);
    auto [writes, code] = stopped ? judge.interrupted() : judge.complete(failures_);
    if (writes && !options_.output_path().empty()) {
        if (const ExitCode written = write(); written != ExitCode::done && !stopped) code = written;
    }
    if (const auto reported = write_report(); !reported) code = worst(code, console_.error(reported.error()));
    return code;
}

ExitCode FetchRun::write() {
    const std::string path = options_.output_path();
    if (alone_) {
        const auto written = write_binary(path, alone_->view());
        if (!written) return console_.error(written.error());
    } else {
        if (const auto comparable = merging_.check_durations(console_); !comparable) {
            return options_.best_effort ? ExitCode::done : exit_code(comparable.error());
        }
        merging_.note_dropped(console_);
        const auto written = std::move(merging_).write(path, fetch_totals(report_.rows).failed, console_);
        if (!written) return console_.error(written.error());
        report_.provenance = *written;
    }
    report_.output = path == "-" ? "<stdout>" : path;
    return ExitCode::done;
}

/// Of a failed run too. It goes to stdout unless a profile does.
Result<> FetchRun::write_report() const {
    const bool json = options_.format == "json";
    if (!json && targets_.size() == 1 && report_.rows.size() == 1) {
        summarize(report_.rows.front());
        return {};
    }
    if (!json && report_.rows.empty()) return {};
    const std::string text = json ? fetch_json(report_) : fetch_text(report_);
    if (options_.output_path() != "-") return write_text(text);
    fmt::print(stderr, "{}", text);
    return {};
}

void FetchRun::summarize(const FetchReport::Row& row) const {
    if (!row.fault.empty()) return;
    if (row.samples == 0) {
        if (!options_.output_path().empty()) return;  // that is why nothing is written, as has been said
        return console_.warning("the profile has no samples: the server was idle, and go build would ignore it");
    }
    console_.note(fmt::format("{} {}: {} sample{}, {:.2f} CPUs busy", format_duration(row.duration_nanos), row.outcome,
                              row.samples, row.samples == 1 ? "" : "s", row.cores));
}

}  // namespace pgoprof::cli
