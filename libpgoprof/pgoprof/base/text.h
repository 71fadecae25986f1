// Text for people: escaping of hostile bytes, durations.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "pgoprof/base/error.h"

namespace pgoprof {

/// `text` fit for one line of a terminal or log: control characters (C0, DEL, C1) and bytes that are not valid UTF-8
/// become \xNN, a backslash becomes \\, as do the Unicode bidirectional controls and line separators (\u202e).
/// Printable UTF-8 passes, but for what a CI log takes for a command: "::" that begins the line, "##[" anywhere.
std::string escape_line(std::string_view text);

bool is_utf8(std::string_view text);

/// "offset 12", or "inflated offset 12" where it counts inflated bytes.
std::string format_offset(const Offset& offset);

/// "1 sample", "2 samples": `what` is one of them.
std::string format_count(std::uint64_t count, std::string_view what);

/// Nanoseconds as people write them: "30.1s", "450ms", "0s".
std::string format_duration(std::int64_t nanos);

/// Bytes as options name them: KB, MB and GB are powers of 1000; KiB, MiB, GiB, and k, m, g, of 1024. More than 0;
/// nullopt for anything else, and for more than a file can have.
std::optional<std::uint64_t> parse_bytes(std::string_view text);

/// Bytes as people write them: "512 B", "1.5 MiB".
std::string format_bytes(std::uint64_t bytes);

}  // namespace pgoprof
