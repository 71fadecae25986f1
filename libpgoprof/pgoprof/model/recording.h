// What a recording of stacks by address holds (perf record), one event at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/result.h"
#include "pgoprof/model/address_chain.h"

namespace pgoprof {

/// How deep the recording saw each stack.
enum class StackKind : std::uint8_t {
    none,            ///< the leaf alone
    frame_pointers,  ///< perf record -g
    user_stack,      ///< perf record --call-graph dwarf: registers and a copy of the stack
    complete,        ///< unwound by the program itself (gperftools): no caller is missing
};

/// What the samples of one event count.
struct RecordedEvent {
    std::string name;                 ///< "cpu-clock:u"; may be empty
    bool counts_nanoseconds = false;  ///< cpu-clock and task-clock: periods are nanoseconds of CPU time
    bool is_frequency = false;        ///< recorded with -F: the period varies (but for clocks)
    std::uint64_t frequency = 0;      ///< samples a second of CPU time that -F asked for; 0 where not recorded
    StackKind stacks = StackKind::none;
};

/// A file, or a part of one, appears in a process.
struct RecordedMapping {
    std::uint32_t pid = 0;
    std::uint64_t start = 0;
    std::uint64_t size = 0;
    std::uint64_t file_offset = 0;
    std::string_view filename;
    std::string_view build_id;  ///< hex; empty where not recorded
    bool is_kernel = false;
};

/// A process (pid == tid) or a thread gets a name.
struct RecordedName {
    std::uint32_t pid = 0;
    std::uint32_t tid = 0;
    std::string_view name;
    bool by_exec = false;  ///< the process began a new program: its mappings are gone
};

/// `pid` began as a copy of `parent`, with its mappings. A new thread has pid == parent.
struct RecordedFork {
    std::uint32_t pid = 0;
    std::uint32_t parent = 0;
};

struct UserRegisters {
    std::uint64_t ip = 0;
    std::uint64_t sp = 0;
};

/// A frame that text has resolved already (perf script): "main.f+0x1c (/usr/bin/server)".
struct NamedFrame {
    std::uint64_t address = 0;            ///< as printed: of the process, or an offset of the file
    std::string_view symbol;              ///< empty if "[unknown]"
    std::optional<std::uint64_t> offset;  ///< from the symbol's beginning, in bytes
    std::string_view file;                ///< empty if "[unknown]"
};

struct RecordedSample {
    std::uint32_t pid = 0;
    std::uint32_t tid = 0;
    std::uint64_t time = 0;    ///< nanoseconds of the recording's own clock
    std::uint64_t period = 0;  ///< in the event's unit; 1 where not recorded
    std::uint64_t count = 1;   ///< equal samples that this stands for (each of this period)
    std::size_t event = 0;     ///< position in RecordingInfo::events
    std::string_view name{};   ///< of the thread, where the recording names it with each sample; else empty
    bool in_kernel = false;
    std::uint64_t ip = 0;
    AddressChain chain;                      ///< of the process alone
    std::optional<UserRegisters> registers;  ///< where the event has StackKind::user_stack
    ByteView stack;                          ///< from registers->sp on
    std::span<const NamedFrame> named;       ///< instead of `ip` and `chain`, leaf first, where the recording is text
};

/// Samples that were lost, as the recorder says.
struct RecordedLoss {
    std::uint64_t samples = 0;
};

using RecordingItem = std::variant<RecordedMapping, RecordedName, RecordedFork, RecordedSample, RecordedLoss>;

struct RecordingInfo {
    std::vector<RecordedEvent> events;
    std::string hostname{};
    std::string architecture{};   ///< as `uname -m` has it: "x86_64"; empty where not recorded
    std::string command{};        ///< perf's own command line
    std::int64_t time_nanos = 0;  ///< when the recording began, since the Unix epoch; 0 where not recorded
    bool has_mappings = true;     ///< false for text, whose frames name their file
    bool has_processes = true;    ///< false for text that has the ids of threads alone
};

/// Items come in the order of their times; views are valid during the call. An error ends the reading.
using VisitRecording = std::function<Result<>(const RecordingItem& item)>;

}  // namespace pgoprof
