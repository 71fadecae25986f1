// Parts of converting recordings that need no Go binary; the others are tested on real ones
// (tests/oracle/test_perf_convert.py).
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <limits>

#include "pgoprof/base/limits.h"
#include "pgoprof/transform/recording_chain.h"
#include "pgoprof/transform/recording_processes.h"
#include "pgoprof/transform/recording_profile.h"
#include "pgoprof/transform/recording_stacks.h"
#include "pgoprof/transform/recording_survey.h"

using namespace pgoprof;

namespace {

RecordedMapping mapping(std::uint32_t pid, std::uint64_t start, std::uint64_t size, std::string_view filename,
                        std::uint64_t offset = 0) {
    return {.pid = pid, .start = start, .size = size, .file_offset = offset, .filename = filename};
}

MappedRange range(std::uint64_t start, std::uint64_t end, std::uint64_t offset, std::uint32_t file) {
    return {.start = start, .end = end, .offset = offset, .file = RecordedFileId{file}};
}

std::string file_at(const ProcessTable& table, std::uint32_t pid, std::uint64_t address) {
    const RecordedProcess* const process = table.find(pid);
    const MappedRange* const found = process == nullptr ? nullptr : process->find(address);
    return found == nullptr ? "" : table.files()[found->file.value].name;
}

void sample(RecordingSurvey& survey, std::uint32_t pid, std::uint64_t count = 1, std::size_t event = 0) {
    REQUIRE(survey.visit(RecordedSample{.pid = pid, .tid = pid, .count = count, .event = event}));
}

OpenBinary nothing_opens(ErrorCode code, std::vector<std::string>& asked) {
    return [code, &asked](const std::string& filename) -> Result<GoBinary> {
        asked.push_back(filename);
        return fail(code, "no such file");
    };
}

}  // namespace

TEST_CASE("A mapping replaces what it overlaps") {
    MappedRanges ranges;
    map_over(ranges, range(0x1000, 0x5000, 0x100, 0));
    SECTION("in the middle") {
        map_over(ranges, range(0x2000, 0x3000, 0, 1));
        CHECK(ranges == MappedRanges{range(0x1000, 0x2000, 0x100, 0), range(0x2000, 0x3000, 0, 1),
                                     range(0x3000, 0x5000, 0x2100, 0)});
    }
    SECTION("at the ends, of several") {
        map_over(ranges, range(0x6000, 0x8000, 0, 2));
        map_over(ranges, range(0x4000, 0x7000, 0, 1));
        CHECK(ranges == MappedRanges{range(0x1000, 0x4000, 0x100, 0), range(0x4000, 0x7000, 0, 1),
                                     range(0x7000, 0x8000, 0x1000, 2)});
    }
    SECTION("wholly") {
        map_over(ranges, range(0, 0x9000, 0, 1));
        CHECK(ranges == MappedRanges{range(0, 0x9000, 0, 1)});
    }
    SECTION("not at all") {
        map_over(ranges, range(0x5000, 0x6000, 0, 1));
        map_over(ranges, range(0x800, 0x1000, 0, 1));
        map_over(ranges, range(0x2000, 0x2000, 0, 1));
        CHECK(ranges ==
              MappedRanges{range(0x800, 0x1000, 0, 1), range(0x1000, 0x5000, 0x100, 0), range(0x5000, 0x6000, 0, 1)});
    }
}

TEST_CASE("Processes fork with their mappings and lose them by exec") {
    ProcessTable table(kMiB);
    REQUIRE(table.apply(mapping(1, 0x1000, 0x1000, "/bin/sh")));
    REQUIRE(table.apply(RecordedName{.pid = 1, .tid = 1, .name = "sh"}));
    REQUIRE(table.apply(RecordedFork{.pid = 2, .parent = 1}));
    REQUIRE(table.apply(mapping(2, 0x3000, 0x1000, "/lib/x.so")));
    CHECK(file_at(table, 2, 0x1fff) == "/bin/sh");
    CHECK(file_at(table, 2, 0x3000) == "/lib/x.so");
    CHECK(file_at(table, 1, 0x3000).empty());
    CHECK(file_at(table, 1, 0x2000).empty());
    CHECK(file_at(table, 3, 0x1000).empty());

    REQUIRE(table.apply(RecordedName{.pid = 2, .tid = 7, .name = "worker", .by_exec = false}));
    CHECK(table.find(2)->name == "sh");
    REQUIRE(table.apply(RecordedName{.pid = 2, .tid = 2, .name = "server", .by_exec = true}));
    CHECK(table.find(2)->name == "server");
    CHECK(file_at(table, 2, 0x1000).empty());
    CHECK_FALSE(table.find(2)->program);
    CHECK(file_at(table, 1, 0x1000) == "/bin/sh");

    REQUIRE(table.apply(RecordedFork{.pid = 1, .parent = 1}));  // a thread
    CHECK(file_at(table, 1, 0x1000) == "/bin/sh");
}

TEST_CASE("Mappings of the kernel and past the end of memory are none") {
    ProcessTable table(kMiB);
    RecordedMapping kernel = mapping(1, 0x1000, 0x1000, "[kernel.kallsyms]_text");
    kernel.is_kernel = true;
    REQUIRE(table.apply(kernel));
    REQUIRE(table.apply(mapping(1, std::numeric_limits<std::uint64_t>::max() - 1, 100, "/bin/x")));
    CHECK(file_at(table, 1, 0x1000).empty());
    CHECK(file_at(table, 1, std::numeric_limits<std::uint64_t>::max() - 1).empty());
}

TEST_CASE("The program is the first file that may be one") {
    for (const std::string_view name :
         {"[vdso]", "//anon", "", "/usr/lib/libc.so.6", "/x/plugin.so", "/dev/zero (deleted)", "/memfd:jit (deleted)"})
        CHECK_FALSE(may_be_program(name));
    for (const std::string_view name : {"/usr/bin/server", "/app/main (deleted)", "server"})
        CHECK(may_be_program(name));

    ProcessTable table(kMiB);
    REQUIRE(table.apply(mapping(1, 0x7000, 0x1000, "[vdso]")));
    REQUIRE(table.apply(mapping(1, 0x1000, 0x1000, "/usr/bin/server")));
    REQUIRE(table.apply(mapping(1, 0x2000, 0x1000, "/usr/bin/other")));
    CHECK(table.files()[table.find(1)->program->value].name == "/usr/bin/server");
}

TEST_CASE("What is sought is found in forks until they exec") {
    ProcessTable table(kMiB, std::vector{RecordedFile{.name = "/srv/app", .build_id = "aa"}});
    RecordedMapping app = mapping(1, 0x1000, 0x1000, "/srv/app");
    REQUIRE(table.apply(app));
    CHECK_FALSE(table.find(1)->has_sought);  // of another build
    app.build_id = "aa";
    REQUIRE(table.apply(app));
    REQUIRE(table.apply(RecordedFork{.pid = 2, .parent = 1}));
    CHECK(table.find(2)->has_sought);
    REQUIRE(table.apply(RecordedName{.pid = 2, .tid = 2, .name = "sh", .by_exec = true}));
    CHECK_FALSE(table.find(2)->has_sought);
    CHECK(table.find(1)->has_sought);
}

TEST_CASE("What is known of processes takes no more memory than it may") {
    constexpr std::uint64_t kMemory = 64 * kKiB;
    constexpr std::uint64_t kRanges = 30;
    const std::string name(1000, 'n');
    /// How often `next(table, i)` succeeds.
    const auto times = [&](auto next) {
        ProcessTable table(kMemory);
        for (std::uint64_t i = 0; i < kRanges; ++i) REQUIRE(table.apply(mapping(1, i << 12, 0x1000, "/bin/x")));
        for (std::uint32_t i = 2;; ++i) {
            if (const Result<> done = next(table, i); !done) {
                CHECK(done.error().code == ErrorCode::limit_exceeded);
                return i - 2;
            }
        }
    };
    const auto fork = [](ProcessTable& table, std::uint32_t i) {
        return table.apply(RecordedFork{.pid = i, .parent = 1});
    };
    const auto forks = times(fork);
    const auto names = times([](ProcessTable& table, std::uint32_t i) {
        return table.apply(RecordedName{.pid = i, .tid = i, .name = "x"});
    });
    const auto mappings = times([](ProcessTable& table, std::uint32_t i) {
        return table.apply(mapping(1, std::uint64_t{i} << 20, 0x1000, "/bin/x"));
    });
    const auto forks_that_map = times([&](ProcessTable& table, std::uint32_t i) {
        const Result<> forked = fork(table, i);
        return forked ? table.apply(mapping(i, 0, 0x1000, "/bin/x")) : forked;
    });
    const auto files = times([&](ProcessTable& table, std::uint32_t i) -> Result<> {
        const auto file = table.file(name + std::to_string(i), {});
        return file ? Result<>() : fail(file.error());
    });
    CHECK((forks > 100 && forks < kMemory / sizeof(RecordedProcess)));
    CHECK(names == forks);
    CHECK((mappings > 100 && mappings < kMemory / sizeof(MappedRange)));
    CHECK((forks_that_map > 10 && forks_that_map < kMemory / (kRanges * sizeof(MappedRange))));
    CHECK((files > 10 && files < kMemory / name.size()));
}

TEST_CASE("Equal stacks are kept once") {
    PlaceStacks stacks;
    const std::array<PlaceId, 3> abc{PlaceId{0}, PlaceId{1}, PlaceId{2}};
    const std::array<PlaceId, 2> ab{PlaceId{0}, PlaceId{1}};
    REQUIRE(stacks.add(abc, CallersFrom::complete, {.samples = 1, .periods = 10}));
    REQUIRE(stacks.add(ab, CallersFrom::complete, {.samples = 1, .periods = 10}));
    REQUIRE(stacks.add(abc, CallersFrom::frame_pointers, {.samples = 1, .periods = 10}));
    REQUIRE(stacks.add({}, CallersFrom::complete, {.samples = 1, .periods = 10}));
    REQUIRE(stacks.add(abc, CallersFrom::complete, {.samples = 2, .periods = 30}));
    REQUIRE(stacks.size() == 4);
    CHECK(stacks.totals(0).samples == 3);
    CHECK(stacks.totals(0).periods == 40);
    CHECK(stacks.places(0).size() == 3);
    CHECK(stacks.callers(2) == CallersFrom::frame_pointers);
    CHECK(stacks.places(3).empty());

    const Result<> overflow =
        stacks.add(ab, CallersFrom::complete, {.samples = 1, .periods = std::numeric_limits<std::uint64_t>::max()});
    REQUIRE_FALSE(overflow);
    CHECK(overflow.error().code == ErrorCode::overflow);
}

TEST_CASE("A chain is as if it were the first, whatever was there before") {
    const auto place_of = [](std::uint64_t address) {
        return address % 100 == 50 ? kNone<PlaceId> : PlaceId{static_cast<std::uint32_t>(address)};
    };
    using Addresses = std::vector<std::uint64_t>;
    const std::vector<Addresses> chains{{},
                                        {7},
                                        {7, 12, 22},
                                        {8, 12, 22},
                                        {12, 22},
                                        {9, 7, 12, 22},
                                        {12, 12},
                                        {50, 12, 22},
                                        {7, 51, 12, 51, 22},
                                        {7, 33, 51, 22},
                                        {7, 33, 51, 22},
                                        {7, 51, 22},
                                        Addresses(200, 12),
                                        {7, 12, 12, 12},
                                        Addresses(300, 12),
                                        {7, 12, 12, 12, 13},
                                        {51}};
    PlacedChain reused;
    for (const Addresses& addresses : chains) {
        std::vector<PlaceId> expected;
        std::uint64_t hash = PlaceStacks::kNoPlaces;
        for (std::size_t i = addresses.size(); i-- > 0;) {
            const PlaceId place = place_of(addresses[i] - (i == 0 ? 0 : 1));
            if (place == kNone<PlaceId>) continue;
            expected.insert(expected.begin(), place);
            hash = PlaceStacks::hash_with(hash, place);
        }
        reused.replace(addresses, place_of);
        CAPTURE(addresses);
        CHECK(std::ranges::equal(reused.places(), expected));
        CHECK(reused.hash() == hash);
        CHECK(reused.has_leaf() == (!addresses.empty() && addresses[0] % 100 != 50));
    }
    reused.clear();
    CHECK(reused.places().empty());
    CHECK_FALSE(reused.has_leaf());
}

TEST_CASE("Samples are counted by program, of the processes that are taken") {
    RecordingChoice choice;
    const auto survey_of = [&] {
        RecordingSurvey survey(choice, kMiB);
        for (const std::uint32_t pid : {1U, 2U}) {
            REQUIRE(survey.visit(RecordedName{.pid = pid, .tid = pid, .name = pid == 1 ? "one" : "two"}));
            REQUIRE(survey.visit(mapping(pid, 0x1000, 0x1000, pid == 1 ? "/bin/one" : "/bin/two")));
        }
        sample(survey, 1);
        sample(survey, 2, 5, 1);
        sample(survey, 3);
        return survey;
    };
    SECTION("all") {
        const RecordingSurvey survey = survey_of();
        const std::vector<RecordingSurvey::Program> programs = survey.programs();
        REQUIRE(programs.size() == 2);
        CHECK(programs[0].file.name == "/bin/two");
        CHECK(programs[0].samples == 5);
        CHECK(survey.samples_of_events() == std::vector<std::uint64_t>{2, 5});
        CHECK(survey.samples() == 7);
    }
    SECTION("by id") {
        choice.pid = 1;
        CHECK(survey_of().programs().front().file.name == "/bin/one");
        CHECK(survey_of().programs().size() == 1);
    }
    SECTION("by name") {
        choice.comm = "one";
        CHECK(survey_of().programs().front().file.name == "/bin/one");
        choice.comm = "three";
        CHECK(survey_of().programs().empty());
    }
}

TEST_CASE("Text names the file of each frame") {
    const RecordingChoice choice;
    RecordingSurvey survey(choice, kMiB);
    const std::array frames{NamedFrame{.address = 0xffffffff81000000, .file = "[kernel.kallsyms]"},
                            NamedFrame{.address = 0x10, .file = "/lib/libc.so.6"},
                            NamedFrame{.address = 0x10, .file = "/bin/server"}};
    REQUIRE(survey.visit(RecordedSample{.pid = 9, .named = frames}));
    REQUIRE(survey.programs().size() == 1);
    CHECK(survey.programs().front().file.name == "/bin/server");
}

TEST_CASE("A program that cannot be read is an error that names the remedy") {
    const RecordingChoice choice;
    RecordingSurvey survey(choice, kMiB);
    REQUIRE(survey.visit(mapping(1, 0x1000, 0x1000, "/app/server (deleted)")));
    sample(survey, 1, 3);
    std::vector<std::string> asked;
    std::vector<std::string> notes;
    const auto gone = choose_binary({}, survey, choice, nothing_opens(ErrorCode::io_failure, asked), notes);
    REQUIRE_FALSE(gone);
    CHECK(asked == std::vector<std::string>{"/app/server (deleted)"});
    CHECK(gone.error().message.find("/app/server (deleted) (3 samples)") != std::string::npos);
    CHECK(gone.error().remedy.find("--binary") != std::string::npos);

    const auto foreign = choose_binary({}, survey, choice, nothing_opens(ErrorCode::invalid_content, asked), notes);
    REQUIRE_FALSE(foreign);
    CHECK(foreign.error().message.find("no samples of a Go program") != std::string::npos);
}

TEST_CASE("Events of CPU time are taken first, then cycles of all kinds of cores") {
    const RecordingChoice choice;
    RecordingSurvey survey(choice, kMiB);
    for (std::size_t event = 0; event < 4; ++event) sample(survey, 1, 10, event);
    RecordingInfo info;
    info.events = {{.name = "cache-misses:u", .stacks = StackKind::frame_pointers},
                   {.name = "cpu_core/cycles/u", .stacks = StackKind::frame_pointers},
                   {.name = "cpu_atom/cycles/", .stacks = StackKind::frame_pointers},
                   {.name = "cpu-clock", .counts_nanoseconds = true, .stacks = StackKind::none}};
    std::vector<std::string> notes;
    CHECK(choose_events(info, survey, choice, notes).value() == std::vector<bool>{false, true, true, false});
    CHECK(notes.size() == 2);
    info.events[3].stacks = StackKind::user_stack;
    CHECK(choose_events(info, survey, choice, notes).value() == std::vector<bool>{false, false, false, true});

    for (RecordedEvent& event : info.events) event.stacks = StackKind::none;
    const auto none = choose_events(info, survey, choice, notes);
    REQUIRE_FALSE(none);
    CHECK(none.error().remedy.find("--call-graph dwarf,1024") != std::string::npos);
}

TEST_CASE("A recording of another architecture is refused") {
    const auto read = [](RecordingInfo& info, const VisitRecording&) -> Result<> {
        info.architecture = "aarch64";
        return {};
    };
    std::vector<std::string> asked;
    const auto converted = convert_recording(read, {}, nothing_opens(ErrorCode::io_failure, asked), kMiB);
    REQUIRE_FALSE(converted);
    CHECK(converted.error().message.find("aarch64") != std::string::npos);
    CHECK_FALSE(converted.error().remedy.empty());
    CHECK(asked.empty());
}
