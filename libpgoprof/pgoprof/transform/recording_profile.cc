#include "pgoprof/transform/recording_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <limits>
#include <map>
#include <optional>

#include "pgoprof/base/checked.h"
#include "pgoprof/base/hash.h"
#include "pgoprof/base/parallel.h"
#include "pgoprof/model/profile_builder.h"
#include "pgoprof/transform/recording_calls.h"
#include "pgoprof/transform/recording_fit.h"
#include "pgoprof/transform/recording_fold.h"
#include "pgoprof/transform/recording_repair.h"
#include "pgoprof/transform/recording_survey.h"
#include "pgoprof/transform/recording_symbols.h"

namespace pgoprof {

namespace {

constexpr std::uint64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr std::uint64_t kDefaultFrequency = 4000;  // of perf record
constexpr std::uint64_t kPage = 4096;

Result<> check_architecture(const RecordingInfo& info) {
    if (info.architecture.empty() || info.architecture == "x86_64") return {};
    return fail(ErrorCode::invalid_content,
                fmt::format("recorded on {}: only recordings of x86-64 stacks are understood", info.architecture),
                "take the profile with runtime/pprof (pgo-fetch), or record on x86-64");
}

/// What the second column of values says.
struct Measure {
    bool is_time = true;
    std::string type{"cpu"};
    std::uint64_t frequency = 0;  ///< of events that count no time, but came so often a second of CPU time; else 0
};

std::uint64_t scaled(std::uint64_t value, std::uint64_t by, std::uint64_t of) {
    const auto product = static_cast<detail::Uint128>(value) * by / std::max<std::uint64_t>(of, 1);
    return static_cast<std::uint64_t>(std::min<detail::Uint128>(product, std::numeric_limits<std::uint64_t>::max()));
}

Measure measure_of(const RecordedEvent& event, const Extent& periods, std::vector<std::string>& notes) {
    if (event.counts_nanoseconds) return {};
    if (periods.least == periods.greatest && !event.is_frequency) return {.is_time = false, .type = event.name};
    if (event.frequency == 0)
        notes.push_back(fmt::format("the frequency of {} is not recorded: CPU time as if it were {} a second",
                                    event.name, kDefaultFrequency));
    return {.frequency = event.frequency != 0 ? event.frequency : kDefaultFrequency};
}

/// Turns folded stacks into samples.
class RecordingBuild {
public:
    RecordingBuild(const GoBinary& binary, FoldedRecording& folded)
        : binary_(binary),
          folded_(folded),
          calls_(folded.places),
          repair_(binary, folded.places, calls_),
          symbols_(builder_, binary, folded.places, MappingId{0}) {}

    /// To be called first: what the stacks show of calls.
    void learn() {
        for (std::size_t i = 0; i < folded_.stacks.size(); ++i)
            calls_.learn(folded_.stacks.places(i), folded_.stacks.callers(i), folded_.stacks.totals(i).samples);
        calls_.finish();
    }

    Result<Profile> build(const RecordingInfo& info, const std::string& filename, const Measure& measure) {
        measure_ = measure;
        if (Result<> summed = sum_up(); !summed) return fail(std::move(summed.error()));
        describe(info, filename);
        builder_.reserve_samples(folded_.stacks.size(), folded_.stacks.frame_count());
        if (Result<> added = add_samples(); !added) return fail(std::move(added.error()));
        return std::move(builder_.profile);
    }

    /// Samples without callers, of all.
    std::uint64_t alone() const { return alone_; }
    bool are_most_alone() const { return alone_ > all_.samples / 2; }

private:
    bool time_is_first() const { return measure_.is_time && folded_.periods.least < folded_.periods.greatest; }

    Result<> sum_up() {
        for (std::size_t i = 0; i < folded_.stacks.size(); ++i) {
            const auto& [samples, periods] = folded_.stacks.totals(i);
            all_.samples += samples;  // fits: the survey added up all
            if (!add_checked(all_.periods, periods))
                return fail(
                    {.code = ErrorCode::overflow, .message = "a sum of periods overflows 64 bits", .rule = "PGO126"});
        }
        return {};
    }

    void describe(const RecordingInfo& info, const std::string& filename) {
        Profile& profile = builder_.profile;
        const ValueType samples{.type = builder_.string("samples"), .unit = builder_.string("count")};
        const ValueType measured{.type = builder_.string(measure_.type),
                                 .unit = builder_.string(measure_.is_time ? "nanoseconds" : "count")};
        profile.sample_types = {samples, measured};
        if (time_is_first()) std::swap(profile.sample_types[0], profile.sample_types[1]);
        profile.period_type = measured;
        profile.period = static_cast<std::int64_t>(measure_.frequency != 0
                                                       ? kNanosecondsPerSecond / measure_.frequency
                                                       : all_.periods / std::max<std::uint64_t>(all_.samples, 1));
        profile.time_nanos = info.time_nanos;
        if (folded_.times.least < folded_.times.greatest)
            profile.duration_nanos = static_cast<std::int64_t>(folded_.times.greatest - folded_.times.least);
        profile.mappings = {mapping(filename)};
    }

    /// The binary as linked: its addresses in the processes may differ from each other.
    Mapping mapping(const std::string& filename) {
        Mapping mapping{.filename = builder_.string(filename),
                        .build_id = builder_.string(binary_.build_id()),
                        .has_functions = true,
                        .has_filenames = true,
                        .has_line_numbers = true,
                        .has_inline_frames = true};
        const auto code = std::ranges::find_if(binary_.segments(), &Segment::executable);
        if (code == binary_.segments().end()) return mapping;
        const std::uint64_t before = code->address % kPage;
        mapping.memory_start = code->address - before;
        mapping.memory_limit = (code->address + code->memory_size + kPage - 1) / kPage * kPage;
        mapping.file_offset = code->file_offset - std::min(before, code->file_offset);
        return mapping;
    }

    /// Samples whose locations are known.
    struct Batch {
        std::size_t begin = 0;              ///< the position of the first stack
        std::vector<std::size_t> depths{};  ///< of this stack and those after it
        std::vector<LocationId> locations{};
    };

    /// While one batch is added, on a thread of its own, the locations of the next are found.
    Result<> add_samples() {
        constexpr std::size_t kBatch = 2048;
        Batch adding;
        Batch finding;
        std::future<Result<>> added;
        for (std::size_t begin = 0; begin < folded_.stacks.size(); begin += kBatch) {
            find_locations(begin, std::min(begin + kBatch, folded_.stacks.size()), finding);
            folded_.stacks.release_before(begin);
            if (added.valid()) {
                if (Result<> done = added.get(); !done) return done;
            }
            std::swap(finding, adding);
            added = start([&] { return add(adding); });
        }
        return added.valid() ? added.get() : Result<>();
    }

    void find_locations(std::size_t begin, std::size_t end, Batch& batch) {
        batch.begin = begin;
        batch.depths.clear();
        batch.locations.clear();
        for (std::size_t i = begin; i < end; ++i) {
            const std::size_t before = batch.locations.size();
            append_stack(i, batch.locations);
            batch.depths.push_back(batch.locations.size() - before);
        }
    }

    void append_stack(std::size_t i, std::vector<LocationId>& locations) {
        const std::uint64_t samples = folded_.stacks.totals(i).samples;
        const std::size_t before = locations.size();
        symbols_.append_locations(repaired(i), locations);
        const std::size_t depth = locations.size() - before;
        if (depth == 1) alone_ += samples;
        if (depth != 0) return;
        folded_.report.in_other_code += samples;
        locations.push_back(symbols_.external_code());
    }

    /// Valid until the next one.
    std::span<const PlaceId> repaired(std::size_t i) {
        const std::span<const PlaceId> places = folded_.stacks.places(i);
        const CallersFrom callers = folded_.stacks.callers(i);
        if (!repair_.may_lack_caller(places, callers)) return places;
        places_.assign(places.begin(), places.end());
        count(repair_.repair(places_), callers, folded_.stacks.totals(i).samples);
        return places_;
    }

    void count(LeafCaller caller, CallersFrom callers, std::uint64_t samples) {
        if (caller == LeafCaller::present) return;
        (callers == CallersFrom::nowhere ? folded_.report.unwinding_ended : folded_.report.frameless_leaves) += samples;
        if (caller == LeafCaller::repaired) folded_.report.repaired += samples;
    }

    Result<> add(const Batch& batch) {
        std::span<const LocationId> locations(batch.locations);
        for (std::size_t i = 0; i < batch.depths.size(); ++i) {
            const std::size_t depth = batch.depths[i];
            if (Result<> added = add(locations.first(depth), folded_.stacks.totals(batch.begin + i)); !added)
                return added;
            locations = locations.subspan(depth);
        }
        return {};
    }

    Result<> add(std::span<const LocationId> stack, const PlaceStacks::Totals& totals) {
        const std::uint64_t measured =
            measure_.frequency == 0
                ? totals.periods
                : scaled(totals.periods, scaled(all_.samples, kNanosecondsPerSecond, measure_.frequency), all_.periods);
        if (std::max(totals.samples, measured) > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
            return fail(
                {.code = ErrorCode::overflow, .message = "a sum of values overflows 64 bits", .rule = "PGO126"});
        std::array values{static_cast<std::int64_t>(totals.samples), static_cast<std::int64_t>(measured)};
        if (time_is_first()) std::swap(values[0], values[1]);
        return builder_.add_sample(stack, values);
    }

    const GoBinary& binary_;
    FoldedRecording& folded_;
    Measure measure_;
    ProfileBuilder builder_;
    SeenCalls calls_;
    StackRepair repair_;
    RecordingSymbols symbols_;
    PlaceStacks::Totals all_;
    std::uint64_t alone_ = 0;      // samples without callers
    std::vector<PlaceId> places_;  // of one sample; reused
};

/// Which samples to take.
struct Taken {
    RecordingInfo info;
    ChosenBinary chosen;
    std::vector<bool> events;

    const RecordedEvent& event() const {
        return info.events[static_cast<std::size_t>(std::ranges::find(events, true) - events.begin())];
    }
};

/// Whether a fold of what `guess` takes is one of what `taken` does.
bool fold_alike(const Taken& guess, const Taken& taken) {
    return guess.chosen.binary.path() == taken.chosen.binary.path() && guess.chosen.files == taken.chosen.files &&
           guess.events == taken.events &&
           std::ranges::equal(guess.info.events, taken.info.events, {}, &RecordedEvent::stacks, &RecordedEvent::stacks);
}

/// Chooses, and folds what it chose. A choice needs the whole recording, but its beginning mostly tells it: what that
/// takes is folded by the reading that surveys the whole, and only if that says otherwise the recording is read again.
class RecordingReader {
public:
    /// `memory` for what is known of the processes: half of it for the survey, half for the fold.
    RecordingReader(const ReadRecording& read, const RecordingChoice& choice, const OpenBinary& open_binary,
                    std::uint64_t memory)
        : read_(read), choice_(choice), open_binary_(open_binary), memory_(memory) {}

    Result<> run() {
        guess_ = take_beginning();
        if (guess_) start_fold(*guess_);
        RecordingSurvey survey(choice_, memory_ / 2);
        RecordingInfo info;
        const Result<> done = read_(info, [&](const RecordingItem& item) {
            if (fold_ && !fold_->visit(item)) fold_.reset();
            return survey.visit(item);
        });
        if (!done) return done;
        Result<Taken> taken = take(std::move(info), survey, notes);
        if (!taken) return fail(std::move(taken.error()));
        taken_ = std::move(*taken);
        if (fold_ && fold_alike(*guess_, *taken_) && fold_->finish()) return {};
        start_fold(*taken_);
        RecordingInfo same_info;
        const Result<> folded = read_(same_info, [&](const RecordingItem& item) { return fold_->visit(item); });
        return folded ? fold_->finish() : folded;
    }

    const Taken& taken() const { return *taken_; }
    FoldedRecording& folded() { return fold_->folded(); }

    std::vector<std::string> notes;

private:
    static constexpr std::uint64_t kBeginning = 1000;  // samples

    std::optional<Taken> take_beginning() {
        RecordingInfo info;
        RecordingSurvey survey(choice_, memory_ / 2);
        const Result<> done = read_(info, [&](const RecordingItem& item) -> Result<> {
            if (survey.samples() >= kBeginning) return fail({});
            return survey.visit(item);
        });
        if (done || survey.samples() < kBeginning) return std::nullopt;  // too short to be worth it, or at fault
        std::vector<std::string> unsaid;
        Result<Taken> taken = take(std::move(info), survey, unsaid);
        if (!taken) return std::nullopt;
        return std::move(*taken);
    }

    Result<Taken> take(RecordingInfo info, const RecordingSurvey& survey, std::vector<std::string>& said) {
        if (Result<> known = check_architecture(info); !known) return fail(std::move(known.error()));
        if (choice_.pid && !info.has_processes)
            return fail(ErrorCode::invalid_content, "the text has ids of threads, not of processes",
                        "print the recording with `perf script -F +pid`");
        const OpenBinary open = [this](const std::string& filename) { return open_once(filename); };
        Result<ChosenBinary> chosen = choose_binary(info, survey, choice_, open, said);
        if (!chosen) return fail(std::move(chosen.error()));
        Result<std::vector<bool>> events = choose_events(info, survey, choice_, said);
        if (!events) return fail(std::move(events.error()));
        Taken taken{.info = std::move(info), .chosen = std::move(*chosen), .events = std::move(*events)};
        if (taken.event().stacks == StackKind::user_stack && taken.chosen.binary.source() != SymbolSource::pclntab)
            return fail(ErrorCode::invalid_content,
                        fmt::format("{} has no usable pclntab, without which its stacks cannot be unwound",
                                    taken.chosen.binary.path()),
                        "record with perf record -g");
        return taken;
    }

    const Result<GoBinary>& open_once(const std::string& filename) {
        const auto known = opened_.find(filename);
        return known != opened_.end() ? known->second : opened_.emplace(filename, open_binary_(filename)).first->second;
    }

    void start_fold(const Taken& taken) { fold_.emplace(taken.info, choice_, taken.chosen, taken.events, memory_ / 2); }

    const ReadRecording& read_;
    const RecordingChoice& choice_;
    const OpenBinary& open_binary_;
    std::uint64_t memory_;
    std::map<std::string, Result<GoBinary>> opened_;
    std::optional<Taken> guess_;
    std::optional<Taken> taken_;
    std::optional<RecordingFold> fold_;
};

}  // namespace

Result<RecordingProfile> convert_recording(const ReadRecording& read, const RecordingChoice& choice,
                                           const OpenBinary& open_binary, std::uint64_t memory) {
    RecordingReader reader(read, choice, open_binary, memory);
    if (Result<> done = reader.run(); !done) return fail(std::move(done.error()));
    const auto& [info, chosen, events] = reader.taken();
    std::vector<std::string>& notes = reader.notes;
    FoldedRecording& folded = reader.folded();
    if (folded.report.samples == 0)
        return fail(ErrorCode::invalid_content, "the recording has no samples of the binary");

    RecordingBuild build(chosen.binary, folded);
    const std::future<void> learned = start([&] { build.learn(); });
    const Result<bool> fits = check_fit(chosen.binary, info, folded, choice, notes);
    if (!fits) return fail(fits.error());
    const Measure measure = measure_of(reader.taken().event(), folded.periods, notes);
    learned.wait();
    Result<Profile> profile = build.build(info, std::string(without_deleted(chosen.files.front().name)), measure);
    if (!profile) return fail(std::move(profile.error()));
    if (*fits && build.are_most_alone()) {
        std::string message = fmt::format("{} of {} samples have no callers", build.alone(), folded.report.samples);
        const std::string remedy = "record with perf record --call-graph dwarf,1024, and convert the perf.data";
        if (!info.has_mappings && !choice.any_build_id)
            return fail(ErrorCode::invalid_content, std::move(message), remedy);
        notes.push_back(fmt::format("warning: {}: {}", message, remedy));
    }
    folded.report.binary = chosen.binary.path();
    folded.report.notes = std::move(notes);
    return RecordingProfile{.profile = std::move(*profile), .report = std::move(folded.report)};
}

}  // namespace pgoprof
