#include "pgoprof/codec/perf_data.h"

#include <catch2/catch.hpp>

#include "support/perf_builder.h"
#include "support/recording_text.h"
#include "support/testdata.h"

using namespace pgoprof;
using namespace pgoprof::testing;

namespace {

constexpr std::uint64_t kIp = 1, kTid = 2, kTime = 4, kAddr = 8, kRead = 16, kCallchain = 32, kId = 64, kCpu = 128,
                        kPeriod = 256, kRaw = 1 << 10, kBranchStack = 1 << 11, kRegsUser = 1 << 12,
                        kStackUser = 1 << 13, kWeight = 1 << 14, kIdentifier = 1 << 16;
constexpr std::uint64_t kFrequency = 1 << 10, kStampsAll = 1 << 18;
constexpr std::uint64_t kKernelMark = static_cast<std::uint64_t>(-128), kUserMark = static_cast<std::uint64_t>(-512),
                        kGuestUserMark = static_cast<std::uint64_t>(-2560);
constexpr std::uint16_t kKernel = 1, kUser = 2, kGuestUser = 5;

const std::string kRound = perf_record(68, 0, "");

using Items = std::vector<std::string>;

PerfAttr timed() { return {.sample_type = kIp | kTime}; }

std::string timed_sample(std::uint64_t ip, std::uint64_t time) { return perf_record(9, kUser, words({ip, time})); }

ReadRecording read(const std::string& content, const Limits& limits = {}) {
    return read_recording(read_perf_data, content, limits);
}

/// The items of a file of one event.
Items items(const PerfAttr& attr, const std::string& records) {
    const auto recording = read(perf_file({attr}, records));
    INFO((recording.result ? "" : recording.result.error().message));
    REQUIRE(recording.result);
    return recording.items;
}

std::string error(const std::string& content) {
    const auto recording = read(content);
    REQUIRE_FALSE(recording.result);
    return recording.result.error().message;
}

}  // namespace

TEST_CASE("A sample's fields are found among all that it may hold") {
    PerfAttr attr{.sample_type = kIdentifier | kIp | kTid | kTime | kAddr | kId | kCpu | kPeriod | kRead | kCallchain |
                                 kRaw | kBranchStack | kRegsUser | kStackUser | kWeight,
                  .read_format = 1 | 2 | 4 | 16,
                  .branch_sample_type = 1 << 17,
                  .registers = 1ULL << 0 | 1ULL << 7 | 1ULL << 8 | 1ULL << 20,
                  .stack_bytes = 16};
    const std::string fields = words({77, 0x4010}) + half(7) + half(8) + words({100, 0xadd, 77, 1, 5000}) +  //
                               words({1, 2, 3, 4, 5}) +                                                      // read
                               words({3, kUserMark, 0x4010, 0x4020}) +                                       // chain
                               half(12) + "rawrawrawraw" +                                                   //
                               words({2, 9, 1, 2, 3, 4, 5, 6}) +                                             // branches
                               words({2, 0xaa, 0x7f00, 0x4010, 0xbb}) +  // registers
                               word(16) + "the stack.......";
    CHECK(items(attr, perf_record(9, kUser, fields + words({9, 1}))) ==
          Items{"sample 7/8 @100 x5000 e0 ip 4010 [4010 4020] regs 4010 7f00 stack the stack"});
}

TEST_CASE("Groups of counters and hardware branches of newer kernels are passed over") {
    const PerfAttr group{.sample_type = kIp | kRead | kPeriod, .read_format = 8 | 1 | 2 | 4 | 16};
    CHECK(items(group, perf_record(9, kUser, words({0x10, 42, /*nr*/ 2, 1, 1, 10, 11, 12, 20, 21, 22}))) ==
          Items{"sample 0/0 @0 x42 e0 ip 10 []"});
    const PerfAttr counted{.sample_type = kIp | kBranchStack | kRegsUser | kStackUser,
                           .branch_sample_type = 1 << 19,
                           .registers = 0x180,
                           .stack_bytes = 8};
    const std::string branches = words({1, 2, 3, 4, /*counters*/ 5});
    CHECK(items(counted,
                perf_record(9, kUser, word(0x10) + branches + words({2, 0x70, 0x10, 8}) + "abcdefgh" + word(8))) ==
          Items{"sample 0/0 @0 x1000 e0 ip 10 [] regs 10 70 stack abcdefgh"});
}

TEST_CASE("A chain is the user's part, and a leaf in the kernel is said") {
    const PerfAttr attr{.sample_type = kIp | kCallchain};
    const auto chain = [&](std::uint16_t mode, std::uint64_t ip, std::initializer_list<std::uint64_t> entries) {
        return items(attr, perf_record(9, mode, words({ip, entries.size()}) + words(entries))).at(0);
    };
    const std::uint64_t kernel = 0xffffffff81000000;
    CHECK(chain(kUser, 0x10, {kUserMark, 0x10, 0x20}) == "sample 0/0 @0 x1000 e0 ip 10 [10 20]");
    CHECK(chain(kUser, 0x10, {0x10, 0x20}) == "sample 0/0 @0 x1000 e0 ip 10 [10 20]");
    CHECK(chain(kKernel, kernel, {kKernelMark, kernel, kernel + 1, kUserMark, 0x20, 0x30}) ==
          "sample 0/0 @0 x1000 e0 ip ffffffff81000000 [20 30] kernel");
    CHECK(chain(kKernel, kernel, {kKernelMark, kernel}) == "sample 0/0 @0 x1000 e0 ip ffffffff81000000 [] kernel");
    CHECK(chain(kGuestUser, 0x10, {kGuestUserMark, 0x10, 0x20}) == "sample 0/0 @0 x1000 e0 ip 10 [] kernel");
    // A cookie follows PERF_CONTEXT_USER_DEFERRED.
    CHECK(chain(kUser, 0x10, {static_cast<std::uint64_t>(-640), 0xc00c1e}) == "sample 0/0 @0 x1000 e0 ip 10 []");
}

TEST_CASE("Registers are those of a 64-bit process of x86-64, or none") {
    const PerfAttr attr{.sample_type = kIp | kRegsUser | kStackUser, .registers = 0x181, .stack_bytes = 8};
    const auto sample = [&](const PerfAttr& event, const std::string& rest) {
        return items(event, perf_record(9, kUser, word(0x10) + rest)).at(0);
    };
    const std::string stack = word(8) + "abcdefgh";
    CHECK(sample(attr, words({2, 1, 0x70, 0x11}) + stack + word(4)) ==
          "sample 0/0 @0 x1000 e0 ip 10 [] regs 11 70 stack abcd");
    // More than was there cannot have been used.
    CHECK(sample(attr, words({2, 1, 0x70, 0x11}) + stack + word(400)) ==
          "sample 0/0 @0 x1000 e0 ip 10 [] regs 11 70 stack abcdefgh");
    CHECK(sample(attr, words({1, 1, 0x70, 0x11}) + stack + word(8)) == "sample 0/0 @0 x1000 e0 ip 10 []");
    CHECK(sample(attr, words({0, 0})) == "sample 0/0 @0 x1000 e0 ip 10 []");
    CHECK(sample(attr, words({2, 1, 0x70, 0x11, 0})) == "sample 0/0 @0 x1000 e0 ip 10 []");
    PerfAttr without_sp = attr;
    without_sp.registers = 0x101;
    CHECK(sample(without_sp, words({2, 1, 0x11}) + stack + word(8)) == "sample 0/0 @0 x1000 e0 ip 10 []");
}

TEST_CASE("Events say what their samples count, and how deep they look") {
    const std::uint64_t no_user_chain = 1 << 22;
    const auto recording = read(perf_file(
        {{.type = 1, .config = 0, .sample_type = kIp, .ids = {1}},
         {.type = 1, .config = 1, .sample_type = kIp | kCallchain, .flags = kFrequency, .ids = {2}},
         {.type = 0,
          .config = 0,
          .sample_type = kIp | kCallchain | kRegsUser | kStackUser,
          .stack_bytes = 8,
          .ids = {3}},
         {.type = 0, .config = 1, .sample_type = kIp | kCallchain | kBranchStack, .flags = no_user_chain, .ids = {4}}},
        ""));
    REQUIRE(recording.result);
    const auto& events = recording.info.events;
    REQUIRE(events.size() == 4);
    CHECK(events[0].counts_nanoseconds);
    CHECK_FALSE(events[0].is_frequency);
    CHECK(events[0].stacks == StackKind::none);
    CHECK(events[1].counts_nanoseconds);
    CHECK(events[1].is_frequency);
    CHECK(events[1].stacks == StackKind::frame_pointers);
    CHECK_FALSE(events[2].counts_nanoseconds);
    CHECK(events[2].stacks == StackKind::user_stack);
    CHECK(events[3].stacks == StackKind::none);
}

TEST_CASE("A sample belongs to the event of its id, wherever that stands") {
    const PerfAttr first{.period = 1, .sample_type = kIdentifier | kIp, .ids = {10, 11}};
    const PerfAttr second{.period = 2, .sample_type = kIdentifier | kIp | kPeriod, .ids = {20}};
    const std::string records = perf_record(9, kUser, words({20, 0x10, 99})) +
                                perf_record(9, kUser, words({11, 0x20})) + perf_record(9, kUser, words({0, 0x30}));
    const Items expected{"sample 0/0 @0 x99 e1 ip 10 []", "sample 0/0 @0 x1 e0 ip 20 []",
                         "sample 0/0 @0 x1 e0 ip 30 []"};
    CHECK(read(perf_file({first, second}, records)).items == expected);
    CHECK(read(perf_pipe({first, second}, records)).items == expected);

    const PerfAttr third{.period = 3, .sample_type = kIp | kId, .ids = {30}};
    const PerfAttr fourth{.period = 4, .sample_type = kIp | kId, .ids = {40}};
    CHECK(read(perf_file({third, fourth}, perf_record(9, kUser, words({0x10, 40})))).items ==
          Items{"sample 0/0 @0 x4 e1 ip 10 []"});
    CHECK(error(perf_file({third, fourth}, perf_record(9, kUser, words({0x10, 50})))) ==
          "record of type 9 too short or of an unknown event");
}

TEST_CASE("Records are put into the order of their times, and equal times stay as they were") {
    const auto s = [](std::uint64_t ip, std::uint64_t time) { return timed_sample(ip, time); };
    CHECK(items(timed(), s(1, 30) + s(2, 10) + s(3, 20) + s(4, 10)) ==
          Items{"sample 0/0 @10 x1000 e0 ip 2 []", "sample 0/0 @10 x1000 e0 ip 4 []", "sample 0/0 @20 x1000 e0 ip 3 []",
                "sample 0/0 @30 x1000 e0 ip 1 []"});
    // The second round brings what is earlier than the latest of the first.
    CHECK(items(timed(), s(1, 10) + s(2, 30) + kRound + s(3, 20) + s(4, 40) + kRound + s(5, 35) + kRound + s(6, 50)) ==
          Items{"sample 0/0 @10 x1000 e0 ip 1 []", "sample 0/0 @20 x1000 e0 ip 3 []", "sample 0/0 @30 x1000 e0 ip 2 []",
                "sample 0/0 @35 x1000 e0 ip 5 []", "sample 0/0 @40 x1000 e0 ip 4 []",
                "sample 0/0 @50 x1000 e0 ip 6 []"});
}

TEST_CASE("Memory is bounded by what lies between two rounds") {
    std::string records;
    for (std::uint64_t round = 0; round < 1000; ++round) {
        for (std::uint64_t i = 0; i < 20; ++i) records += timed_sample(i, round * 20 + (i ^ 7));
        records += kRound;
    }
    Limits limits;
    limits.budget_base = 16 * kKiB;
    limits.budget_per_input_byte = 0;
    CHECK(read(perf_file({timed()}, records), limits).items.size() == 20000);
    std::string unrounded;
    for (std::uint64_t i = 0; i < 20000; ++i) unrounded += timed_sample(i, i + 1);
    const auto refused = read(perf_file({timed()}, unrounded), limits);
    REQUIRE_FALSE(refused.result);
    CHECK(refused.result.error().code == ErrorCode::limit_exceeded);
}

TEST_CASE("Processes, threads and mappings are told apart from what is stamped behind them") {
    const PerfAttr attr{.sample_type = kTid | kTime, .flags = kStampsAll};
    const std::string ids = half(7) + half(8);
    const auto stamp = [](std::uint64_t time) { return half(7) + half(8) + word(time); };
    const std::string build_id = "\x04" + std::string(3, '\0') + "\xde\xad\xbe\xef" + std::string(16, '\0');
    const std::string place = words({0x400000, 0x1000, 0x2000});
    const std::string inode(24, 'i');
    const std::uint16_t by_exec = 1 << 13;
    const std::uint16_t has_build_id = 1 << 14;
    // One NUL alone ends the name: the stamp follows at once.
    CHECK(
        items(attr, perf_record(10, kUser | has_build_id, ids + place + build_id + word(0) + padded("/a") + stamp(50)) +
                        perf_record(10, kUser, ids + place + inode + word(0) + padded("/srv/app") + stamp(40)) +
                        perf_record(1, kUser, ids + place + padded("/1234567") + stamp(30)) +
                        perf_record(1, kKernel, half(0xffffffff) + half(0) + place + padded("[kernel]") + stamp(0)) +
                        perf_record(3, by_exec, ids + padded("my server") + stamp(20)) +
                        perf_record(3, 0, ids + padded("") + stamp(60)) +
                        perf_record(7, 0, half(9) + half(7) + half(9) + half(7) + word(10) + stamp(10)) +
                        perf_record(4, 0, half(9) + half(7) + half(9) + half(7) + word(10) + stamp(70)) +
                        perf_record(7, by_exec, half(11) + half(1) + half(11) + half(1) + word(0) + stamp(0))) ==
        Items{"map -1 400000+1000@2000 [kernel] kernel", "fork 9 of 7", "name 7/8 my server exec",
              "map 7 400000+1000@2000 /1234567", "map 7 400000+1000@2000 /srv/app",
              "map 7 400000+1000@2000 /a deadbeef", "name 7/8 "});
}

TEST_CASE("A loss that two records count is told once") {
    const PerfAttr attr{.sample_type = kIp};
    const auto lost = [](std::uint64_t count) { return perf_record(2, 0, words({1, count})); };
    const auto lost_samples = [](std::uint64_t count) { return perf_record(13, 0, word(count)); };
    CHECK(items(attr, lost(5) + lost(2) + lost_samples(6) + lost_samples(4)) == Items{"lost 5", "lost 2", "lost 3"});
    CHECK(error(perf_file({attr}, lost(~0ULL) + lost(1))) == "malformed record of type 2");
}

TEST_CASE("What follows a record that is no record is passed over") {
    const std::string tracing = perf_record(66, 0, half(12)) + "twelve bytes";
    const std::string aux = perf_record(71, 0, words({24, 0, 0, 0, 0})) + timed_sample(666, 1);
    CHECK(items(timed(), tracing + aux + perf_record(81 + 100, 0, "any") + timed_sample(1, 2)) ==
          Items{"sample 0/0 @2 x1000 e0 ip 1 []"});
    CHECK(error(perf_file({timed()}, perf_record(71, 0, words({25, 0, 0, 0, 0})) + timed_sample(666, 1))) ==
          "truncated record");
}

TEST_CASE("A recording whose header perf could not complete is read to its end") {
    std::string file = perf_file({timed()}, timed_sample(1, 2));
    file.replace(48, 8, word(0));
    CHECK(read(file).items == Items{"sample 0/0 @2 x1000 e0 ip 1 []"});
}

TEST_CASE("What is no recording is refused with the reason") {
    CHECK(error("") == "not a perf.data file");
    CHECK(error("PERFFILE and more") == "not a perf.data file");
    CHECK(error("2ELIFREP" + word(0x6800000000000000)) ==
          "this perf.data is of a machine of the other byte order, which is not read");
    CHECK(error("PERFILE2") == "truncated perf.data header");
    CHECK(error(perf_pipe({}, "")) == "this perf.data describes no event");
    CHECK(error(perf_file({}, "")) == "this perf.data describes no event");
    CHECK(error("PERFILE2" + words({104, 79}) + std::string(100, '\0')) == "attributes of 79 bytes");
    const auto broken = read(perf_file({timed()}, timed_sample(1, 2) + perf_record(9, kUser, word(1))));
    REQUIRE_FALSE(broken.result);
    CHECK(broken.result.error().offset == Offset{.value = 104 + 112 + 24});
}

TEST_CASE("The error of who looks at a recording ends the reading") {
    RecordingInfo info;
    int visits = 0;
    const std::string file = perf_file({timed()}, timed_sample(1, 2) + timed_sample(3, 4));
    const auto result = read_perf_data(as_bytes(file), Limits{}, info, [&](const RecordingItem&) -> Result<> {
        ++visits;
        return fail(ErrorCode::disagreement, "enough");
    });
    REQUIRE_FALSE(result);
    CHECK(result.error().message == "enough");
    CHECK(visits == 1);
}
