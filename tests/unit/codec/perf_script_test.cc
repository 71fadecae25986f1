#include "pgoprof/codec/perf_script.h"

#include <catch2/catch.hpp>

#include "support/recording_text.h"
#include "support/testdata.h"

using namespace pgoprof;
using namespace pgoprof::testing;

namespace {

using Items = std::vector<std::string>;

ReadRecording read(const std::string& text, const Limits& limits = {}) {
    return read_recording(read_perf_script, text, limits);
}

/// The one sample that the line begins.
std::string sample(const std::string& line) {
    const auto recording = read(line + "\n");
    INFO(line);
    REQUIRE(recording.result);
    REQUIRE(recording.items.size() == 1);
    return recording.items[0] + " " + recording.info.events.at(0).name;
}

/// The one frame of a sample.
std::string frame(const std::string& line) {
    const auto recording = read("app 7 1.000000: cycles: \n\t" + line + "\n\n");
    INFO(line);
    REQUIRE(recording.result);
    const std::string& text = recording.items.at(0);
    return text.substr(text.find('[') + 1, text.rfind(']') - text.find('[') - 1);
}

std::string error(const std::string& text) {
    const auto recording = read(text);
    REQUIRE_FALSE(recording.result);
    CHECK(recording.result.error().code == ErrorCode::invalid_content);
    return recording.result.error().message;
}

}  // namespace

TEST_CASE("A sample's first line has its fields in any of perf's choices") {
    CHECK(sample("app  7380 35181.385701:     250000 cpu-clock:pppH: ") ==
          "sample 7380/7380 @35181385701000 x250000 e0 ip 0 [] cpu-clock:pppH");
    CHECK(sample("app  7380/7383  35181.385701204:     250000 cycles: ") ==
          "sample 7380/7383 @35181385701204 x250000 e0 ip 0 [] cycles");
    CHECK(sample("my server 7/8 [001] K     35181.5: cpu-clock:u: ") ==
          "sample 7/8 @35181500000000 x1 e0 ip 0 [] cpu-clock:u");
    CHECK(sample("            app 7 [000] cycles:") == "sample 7/7 @0 x1 e0 ip 0 [] cycles");
    CHECK(sample("app 7     250000 cycles:u: ") == "sample 7/7 @0 x250000 e0 ip 0 [] cycles:u");
    CHECK(sample("7/7 1.000001: cycles: ") == "sample 7/7 @1000001000 x1 e0 ip 0 [] cycles");
    CHECK(sample("app 7 1.0: sched:sched_switch: prev_comm=app ==> next_comm=b") ==
          "sample 7/7 @1000000000 x1 e0 ip 0 [] sched:sched_switch");
}

TEST_CASE("A process's name may look like the fields behind it") {
    CHECK(sample("a b 12 3.5: x 28203 36142.117548:     250000 cycles: ") ==
          "sample 28203/28203 @36142117548000 x250000 e0 ip 0 [] cycles");
    CHECK(sample("lto 5 77 1.0: 9 cycles: ") == "sample 77/77 @1000000000 x9 e0 ip 0 [] cycles");
    CHECK(sample("#1 worker 77 1.0: 9 cycles: ") == "sample 77/77 @1000000000 x9 e0 ip 0 [] cycles");
}

TEST_CASE("Without chains the leaf stands on the sample's line") {
    const auto recording =
        read("app 24561 35949.031836:    1000000  cpu-clock:            49f4a1 main.f+0x101 (/srv/app)\n");
    CHECK(recording.items == Items{"sample 24561/24561 @35949031836000 x1000000 e0 ip 0 [49f4a1 main.f+101 /srv/app]"});
    CHECK(recording.info.events.at(0).stacks == StackKind::none);
    CHECK(recording.info.events.at(0).counts_nanoseconds);
    CHECK_FALSE(recording.info.has_mappings);
}

TEST_CASE("A frame's symbol and file may have spaces and parentheses") {
    CHECK(frame("           a0017 main.(*T).ins+0xb7 (/srv/my app)") == "a0017 main.(*T).ins+b7 /srv/my app");
    CHECK(frame("4a0 main.f[go.shape.func(int) (int, error)]+0x1c (/srv/app (deleted))") ==
          "4a0 main.f[go.shape.func(int) (int, error)]+1c /srv/app (deleted)");
    CHECK(frame("4a0 main.f[go.shape.func(int) (int, error)] (/srv/app)") ==
          "4a0 main.f[go.shape.func(int) (int, error)] /srv/app");
    CHECK(frame("4a0 main.f[go.shape.func() ([]uint8, error)] ([vdso])") ==
          "4a0 main.f[go.shape.func() ([]uint8, error)] [vdso]");
    CHECK(frame("4a0 a+0x1 (b+0x2 (/srv/app)") == "4a0 a+0x1 (b+2 /srv/app");
    CHECK(frame("4a0 f+0x1 (//anon)") == "4a0 f+1 //anon");
    CHECK(frame("1e00000000 [unknown] ([unknown])") == "1e00000000  ");
    CHECK(frame("4a0 [unknown] (/srv/app)") == "4a0  /srv/app");
    CHECK(frame("4a0 main.f+0x1c") == "4a0 main.f+1c ");
    CHECK(frame("4a0 main.f") == "4a0 main.f ");
    CHECK(frame("4a0 (/srv/app)") == "4a0  /srv/app");
}

TEST_CASE("Frames of the kernel and inlined functions are left out, recursion is not") {
    const auto recording = read(
        "app 7 1.0: 1 cycles: \n"
        "\tffffffff81687db5 memcg1_commit_charge+0x85 ([kernel.kallsyms])\n"
        "\t            1b5 ext4_write+0x85 ([ext4])\n"
        "\t            1b5 ext4_write+0x85 (/lib/modules/6.1.0/kernel/fs/ext4.ko)\n"
        "\t            114 in2+0x14 (inlined)\n"
        "\t            114 in1+0x14 (inlined)\n"
        "\t            114 rec+0x14 (/srv/app)\n"
        "\t            172 rec+0x39 (/srv/app)\n"
        "\t            172 rec+0x39 (/srv/app)\n"
        "\t            99 __vdso_gettimeofday+0x39 ([vdso])\n"
        "\n"
        "app 7 2.0: 1 cycles: \n"
        "\tffffffff81687db5 memcg1_commit_charge+0x85 ([kernel.kallsyms])\n"
        "\n"
        "app 7 3.0: 2 cycles: \n"
        "\t            114 rec+0x14 (/srv/app)\n"
        "  rec.go:14\n"
        "\t            115 main+0x14 (/srv/app)\n");
    REQUIRE(recording.result);
    CHECK(recording.items == Items{"sample 7/7 @1000000000 x1 e0 ip 0 [114 rec+14 /srv/app, 172 rec+39 /srv/app, 172 "
                                   "rec+39 /srv/app, 99 __vdso_gettimeofday+39 [vdso]] kernel",
                                   "sample 7/7 @2000000000 x1 e0 ip 0 [] kernel",
                                   "sample 7/7 @3000000000 x2 e0 ip 0 [114 rec+14 /srv/app, 115 main+14 /srv/app]"});
    REQUIRE(recording.info.events.size() == 1);
    CHECK(recording.info.events[0].stacks == StackKind::frame_pointers);
    CHECK(recording.info.events[0].is_frequency);
}

TEST_CASE("What perf says besides samples is understood or left out") {
    const auto recording = read(
        "# ========\n# captured on    : Mon Nov 23 00:18:04 2026\n# hostname : host\n# arch : x86_64\n"
        "# cmdline : /usr/bin/perf record -g ./app \n#\n"
        "swapper     0     0.000000: PERF_RECORD_MMAP -1/0: [0xffffffff81000000(0x12) @ 0]: x [kernel.kallsyms]_text\n"
        "app 7 1.2: PERF_RECORD_MMAP2 7/7: [0x400000(0xd0000) @ 0 fe:00 10391636 3732300836]: r-xp /tmp/app/server\n"
        "app 7 1.3: PERF_RECORD_LOST lost 12\n"
        "PERF_RECORD_FINISHED_ROUND\n"
        "app 7 1.4: 1 cycles: \n\n");
    REQUIRE(recording.result);
    CHECK(recording.items == Items{"lost 12", "sample 7/7 @1400000000 x1 e0 ip 0 []"});
    CHECK(recording.info.hostname == "host");
    CHECK(recording.info.architecture == "x86_64");
    CHECK(recording.info.command == "/usr/bin/perf record -g ./app");
}

TEST_CASE("Text that is no recording is refused with its offset") {
    CHECK(error("hello world\n") == "a line that perf script does not print by default");
    CHECK(error("\t4a0 f+0x1 (/srv/app)\n") == "a frame of no sample");
    CHECK(error("app 7 1.0: cycles: \n\tmain.f (/srv/app)\n") == "neither a frame nor a sample");
    const auto recording = read("app 7 1.0: cycles: \n\nwhat is this?\n");
    CHECK(recording.result.error().offset == Offset{.value = 21});
    Limits limits;
    limits.stack_depth = 2;
    CHECK(read("app 7 1.0: cycles: \n\t1 f\n\t1 f\n\t1 f\n", limits).result.error().code == ErrorCode::limit_exceeded);
    limits.sample_types = 1;
    CHECK(read("app 7 1.0: cycles: \n\napp 7 1.0: clock: \n", limits).result.error().code == ErrorCode::limit_exceeded);
}
