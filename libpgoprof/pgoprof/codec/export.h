// Profiles in formats that other tools open.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pgoprof/base/result.h"
#include "pgoprof/base/write_bytes.h"
#include "pgoprof/model/profile.h"

namespace pgoprof {

/// What can be written.
enum class OutputFormat : std::uint8_t {
    pprof,       ///< encode_pprof (codec/pprof.h)
    preprofile,  ///< encode_preprofile (codec/preprofile.h)
    folded,      ///< write_folded (report/folded_text.h), one sample type
    speedscope,
    callgrind,
    text,  ///< pprof's message as protobuf text
    json,
};

inline constexpr std::array kOutputFormats{OutputFormat::pprof,      OutputFormat::preprofile, OutputFormat::folded,
                                           OutputFormat::speedscope, OutputFormat::callgrind,  OutputFormat::text,
                                           OutputFormat::json};

/// As users write it: "speedscope".
std::string_view format_name(OutputFormat format);
std::optional<OutputFormat> output_format_named(std::string_view name);

/// What of this profile the format has no place for, in at most two lines for stderr. Empty if it holds all. `column`
/// is the position of the sample type that is written, where the format holds one.
std::vector<std::string> losses(const Profile& profile, OutputFormat format, std::size_t column);

// All hand their output to `write` in pieces; its first error ends them. Profiles are sound (check_invariants).

/// speedscope's file format: a sampled profile for each sample type. Names that are not UTF-8 are escaped.
Result<> encode_speedscope(const Profile& profile, const WriteBytes& write);

/// callgrind's profile format, for callgrind_annotate and KCachegrind: an event for each sample type, self costs and
/// calls by function and line. Each function counts once in a sample, so that inclusive costs are pprof's.
Result<> encode_callgrind(const Profile& profile, const WriteBytes& write);

/// The protobuf text format of perftools.profiles.Profile, as `protoc --decode` prints it.
Result<> encode_text(const Profile& profile, const WriteBytes& write);

/// "schema": "pgoprof.profile/1": all that a profile holds, in tables that refer to each other by position.
Result<> encode_json(const Profile& profile, const WriteBytes& write);

}  // namespace pgoprof
