// From any file that can be read to a profile: the one place where formats, recordings and binaries meet.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"
#include "pgoprof/codec/format.h"
#include "pgoprof/model/profile.h"
#include "pgoprof/transform/recording_profile.h"

namespace pgoprof {

struct ImportOptions {
    std::optional<Format> from{};  ///< by content where not given
    RecordingChoice choice{};      ///< of a recording; its binary also tells the lines of names that have none
    Limits limits{};
};

struct Imported {
    Profile profile;
    Format format = Format::pprof;
    std::uint64_t stored_bytes = 0;
    std::optional<RecordingReport> recording{};  ///< where it was one
    /// One line each, for stderr, not yet escaped: what was guessed and what was left out.
    std::vector<std::string> notes{};
};

/// `path` may be "-" for stdin; the file may be gzipped, whatever it is. Errors carry the input's name: those of
/// read_input, detect_format and the format's decoder, and of convert_recording and the binary.
Result<Imported> import_profile(const std::string& path, const ImportOptions& options);

}  // namespace pgoprof
