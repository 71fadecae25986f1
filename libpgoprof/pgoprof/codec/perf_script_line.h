// The lines of `perf script`.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "pgoprof/model/recording.h"

namespace pgoprof::perf {

/// "app 7380/7383 [001] 35181.385701:     250000 cpu-clock:pppH: ", the first line of a sample: of these fields only
/// the id and the event are always there, and the name, which is hostile, may look like the others.
struct ScriptHead {
    std::string_view name;
    std::uint32_t pid = 0;  ///< the thread's where the process's is not printed
    std::uint32_t tid = 0;
    bool has_process = false;
    std::uint64_t time = 0;  ///< nanoseconds; 0 where not printed
    std::optional<std::uint64_t> period;
    std::string_view event;  ///< empty for what is no sample: --show-mmap-events and the like
    std::string_view rest;   ///< a frame, in recordings without chains, or what the event has to say
};

std::optional<ScriptHead> parse_script_head(std::string_view line);

/// "  4a0017 main.(*T).ins+0xb7 (/tmp/app)", with or without the indentation, the offset and the file.
std::optional<NamedFrame> parse_script_frame(std::string_view line);

/// Whether perf says that it printed the function as a part of the one on the next line.
bool is_inlined_line(std::string_view line);

bool is_kernel_frame(const NamedFrame& frame);

/// What "PERF_RECORD_LOST lost 12" counts, if `text` is that.
std::optional<std::uint64_t> parse_script_loss(std::string_view text);

}  // namespace pgoprof::perf
