// Which format a file's content is in.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/result.h"

namespace pgoprof {

/// What can be read.
enum class Format : std::uint8_t {
    pprof,
    preprofile,
    perf_data,
    perf_script,
    folded,
    gperftools,
    otlp,
    speedscope,
    firefox,
};

inline constexpr std::array kFormats{Format::pprof,       Format::preprofile, Format::perf_data,
                                     Format::perf_script, Format::folded,     Format::gperftools,
                                     Format::otlp,        Format::speedscope, Format::firefox};

/// As users write it: "pprof", "perf-script".
std::string_view format_name(Format format);

/// As a sentence has it: "a pprof profile".
std::string_view format_description(Format format);

std::optional<Format> format_named(std::string_view name);

/// The format of a file by its content, inflated where it was gzipped. Damaged content counts as what it plainly began
/// as, so that the format's decoder can say where it is damaged. Errors (PGO107): content that is none of these, called
/// by its name where that is plain; the remedy lists what can be read.
Result<Format> detect_format(ByteView content);

/// What `content` is, of what people hand over by mistake ("an HTML or XML page", "a Go execution trace"); empty where
/// that is not plain.
std::string_view foreign_name(ByteView content);

}  // namespace pgoprof
