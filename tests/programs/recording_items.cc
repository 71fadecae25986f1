// Prints what a recording holds, an item a line, in the order and with the numbers that the tests compare with perf's
// own: recording_items [--script] [--count] FILE
#include <fmt/format.h>

#include <cstdio>
#include <span>
#include <string>
#include <string_view>

#include "pgoprof/codec/perf_data.h"
#include "pgoprof/codec/perf_script.h"
#include "pgoprof/io/source.h"

namespace {

using namespace pgoprof;

struct Print {
    void operator()(const RecordedMapping& mapping) const {
        fmt::print("mapping {} {:#x} {:#x} {:#x} {} {} {}\n", mapping.pid, mapping.start, mapping.size,
                   mapping.file_offset, mapping.build_id.empty() ? "-" : mapping.build_id,
                   mapping.is_kernel ? "kernel" : "user", mapping.filename);
    }
    void operator()(const RecordedName& name) const {
        fmt::print("name {} {} {} {}\n", name.pid, name.tid, name.by_exec ? "exec" : "-", name.name);
    }
    void operator()(const RecordedFork& fork) const { fmt::print("fork {} {}\n", fork.pid, fork.parent); }
    void operator()(const RecordedLoss& loss) const { fmt::print("loss {}\n", loss.samples); }
    void operator()(const RecordedSample& sample) const {
        fmt::print("sample {} {} {} {} {} {} {:#x} [", sample.pid, sample.tid, sample.time, sample.period, sample.event,
                   sample.in_kernel ? "kernel" : "user", sample.ip);
        for (const auto address : sample.chain) fmt::print(" {:#x}", address);
        fmt::print(" ]");
        if (sample.registers)
            fmt::print(" ip {:#x} sp {:#x} stack {}", sample.registers->ip, sample.registers->sp, sample.stack.size());
        for (const auto& frame : sample.named)
            fmt::print(" {:#x}|{}|{}|{}", frame.address, frame.symbol,
                       frame.offset ? fmt::format("{:#x}", *frame.offset) : "-", frame.file);
        fmt::print("\n");
    }
};

void print_info(const RecordingInfo& info) {
    for (const auto& event : info.events)
        fmt::print("event {} {} {} {}\n", event.name.empty() ? "-" : event.name,
                   event.counts_nanoseconds ? "nanoseconds" : "count", event.is_frequency ? "frequency" : "period",
                   static_cast<int>(event.stacks));
    fmt::print("host {}\narchitecture {}\ncommand {}\ntime {}\n", info.hostname, info.architecture, info.command,
               info.time_nanos);
}

}  // namespace

int main(int argc, char** argv) {
    bool is_script = false;
    bool only_count = false;
    std::string name;
    for (const std::string_view word : std::span(argv + 1, static_cast<std::size_t>(argc - 1))) {
        if (word == "--script")
            is_script = true;
        else if (word == "--count")
            only_count = true;
        else
            name = word;
    }
    Buffer content;
    if (const auto read = read_input(name, kGiB, content); !read) {
        fmt::print(stderr, "{}: {}\n", name, read.error().message);
        return 4;
    }
    RecordingInfo info;
    std::size_t items = 0;
    std::uint64_t sum = 0;
    const VisitRecording visit = [&](const RecordingItem& item) -> Result<> {
        if (items++ == 0 && !only_count) print_info(info);
        if (only_count) {
            if (const auto* sample = std::get_if<RecordedSample>(&item)) {
                for (const std::uint64_t address : sample->chain) sum += address;
            }
        } else {
            std::visit(Print{}, item);
        }
        return {};
    };
    const auto read = is_script ? read_perf_script : read_perf_data;
    const auto done = read(content.view(), Limits{}, info, visit);
    if (only_count) fmt::print("{} items, checksum {:x}\n", items, sum);
    if (done) return 0;
    fmt::print(stderr, "{} (offset {})\n", done.error().message, done.error().offset ? done.error().offset->value : 0);
    return 1;
}
