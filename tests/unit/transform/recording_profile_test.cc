// Recordings of two Go programs, item by item.
#include "pgoprof/transform/recording_profile.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <limits>
#include <string>
#include <vector>

#include "pgoprof/base/limits.h"
#include "support/exercise_binary.h"
#include "support/go_elf.h"

using namespace pgoprof;
using namespace pgoprof::testing;

namespace {

constexpr std::uint64_t kLoadedAt = 0x400000;
constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kMostSigned = std::numeric_limits<std::int64_t>::max();

/// `count` samples of main.leaf at byte `byte`, called by main.outer, in one process of a program.
struct Run {
    std::uint32_t pid = 0;
    std::uint64_t count = 0;
    std::size_t event = 0;
    std::uint64_t byte = 8;
    std::uint64_t period = 1000;
    std::uint64_t equal = 1;  ///< that each sample stands for
};

/// Process 1 runs "/bin/one", and 2 "/bin/two"; both have the same code. Process 3 runs what cannot be read.
class Recorder {
public:
    explicit Recorder(std::vector<Run> runs) : runs_(std::move(runs)) {}

    RecordingInfo info{
        .events = {{.name = "cycles", .is_frequency = true, .frequency = 1000, .stacks = StackKind::complete},
                   {.name = "cpu-clock", .counts_nanoseconds = true, .stacks = StackKind::complete}}};
    int readings = 0;

    Result<RecordingProfile> convert(const RecordingChoice& choice = {}) {
        const auto read = [this](RecordingInfo& out, const VisitRecording& visit) {
            ++readings;
            out = info;
            return visit_all(visit);
        };
        const auto open = [this](const std::string& name) -> Result<GoBinary> {
            if (name == "/bin/none") return fail(ErrorCode::invalid_content, "no Go program");
            return GoBinary::open(name == "/bin/one" ? one_.path() : two_.path());
        };
        return convert_recording(read, choice, open, kMiB);
    }

private:
    Result<> visit_all(const VisitRecording& visit) const {
        constexpr std::array kNames{"", "/bin/one", "/bin/two", "/bin/none"};
        for (const Run& run : runs_) {
            const RecordedMapping mapping{.pid = run.pid,
                                          .start = kLoadedAt,
                                          .size = elf_.bytes.size(),
                                          .filename = kNames[run.pid],
                                          .build_id = run.pid == 3 ? "" : "01abff00"};
            if (Result<> mapped = visit(mapping); !mapped) return mapped;
            const std::array chain{elf_.function(2) + run.byte, elf_.function(3) + 61};
            const RecordedSample sample{.pid = run.pid,
                                        .tid = run.pid,
                                        .period = run.period,
                                        .count = run.equal,
                                        .event = run.event,
                                        .ip = chain[0],
                                        .chain = AddressChain(chain)};
            for (std::uint64_t i = 0; i < run.count; ++i)
                if (Result<> visited = visit(sample); !visited) return visited;
        }
        return {};
    }

    std::vector<Run> runs_;
    GoElf elf_ = make_go_elf({});
    MemoryFile one_{as_bytes(elf_.bytes)};
    MemoryFile two_{as_bytes(elf_.bytes)};
};

std::vector<std::string> sorted(std::vector<std::string> notes) {
    std::ranges::sort(notes);
    return notes;
}

/// Converts runs in both orders: however the recording begins, what comes out is the same.
RecordingProfile convert_in_both_orders(std::vector<Run> runs) {
    Recorder forward(runs);
    std::ranges::reverse(runs);
    Recorder backward(std::move(runs));
    Result<RecordingProfile> one = forward.convert();
    Result<RecordingProfile> other = backward.convert();
    REQUIRE(one);
    REQUIRE(other);
    CHECK(std::pair(forward.readings, backward.readings) == std::pair(3, 2));
    CHECK(one->profile.strings[one->profile.mappings.at(0).filename] ==
          other->profile.strings[other->profile.mappings.at(0).filename]);
    CHECK(one->profile == other->profile);
    CHECK(sorted(one->report.notes) == sorted(other->report.notes));
    CHECK(one->report.samples == other->report.samples);
    CHECK(one->report.elsewhere == other->report.elsewhere);
    return std::move(*one);
}

std::int64_t sum_of_values(const Profile& profile, std::size_t type) {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < profile.sample_count(); ++i) sum += profile.sample_values(i)[type];
    return sum;
}

}  // namespace

TEST_CASE("Another program than the one that a recording begins with is taken where it has most samples") {
    const auto [profile, report] = convert_in_both_orders({{.pid = 1, .count = 1500}, {.pid = 2, .count = 2000}});
    CHECK(profile.strings[profile.mappings.at(0).filename] == "/bin/two");
    CHECK(report.samples == 2000);
    CHECK(report.elsewhere == 1500);
    CHECK(sum_of_values(profile, 0) == 2000);
}

TEST_CASE("Another event than the one that a recording begins with is taken where it is the better one") {
    const auto [profile, report] =
        convert_in_both_orders({{.pid = 1, .count = 1500}, {.pid = 1, .count = 2000, .event = 1}});
    CHECK(profile.strings[profile.sample_types[1].type] == "cpu");
    CHECK(sum_of_values(profile, 0) == 2000);
    CHECK(sum_of_values(profile, 1) == 2'000'000);
}

TEST_CASE("A recording may begin with nothing that can be chosen") {
    const auto [profile, report] = convert_in_both_orders({{.pid = 3, .count = 1500}, {.pid = 2, .count = 2000}});
    CHECK(report.samples == 2000);
}

TEST_CASE("Sums of a recording that do not fit are errors") {
    const auto fails_to_add_up = [](std::string_view what, std::vector<Run> runs) {
        const Result<RecordingProfile> converted = Recorder(std::move(runs)).convert();
        REQUIRE_FALSE(converted);
        CHECK(converted.error().code == ErrorCode::overflow);
        CHECK(converted.error().rule == "PGO126");
        CHECK(converted.error().message == what);
    };
    // Each of the stacks has what fits.
    fails_to_add_up("a sum of periods overflows 64 bits",
                    {{.pid = 1, .count = 1, .event = 1, .byte = 8, .period = kMostSigned},
                     {.pid = 1, .count = 1, .event = 1, .byte = 9, .period = kMostSigned},
                     {.pid = 1, .count = 1, .event = 1, .byte = 10, .period = kMostSigned}});
    // Those of the other program would seem to be fewer.
    fails_to_add_up("a sum of samples overflows 64 bits",
                    {{.pid = 1, .count = 1}, {.pid = 2, .count = 2, .equal = kMost / 2 + 1}});
}
