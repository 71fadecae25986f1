// What was collected into a directory, kept as it happens: one line of JSON for each capture that ended.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pgoprof/base/result.h"
#include "pgoprof/base/sha256.h"

namespace pgoprof {

class FileDescriptor;

/// What a run that is resumed must have in common with the one before.
struct ManifestSettings {
    std::uint64_t seed = 0;              ///< of the schedule, below 2^53; the first run's holds
    std::vector<std::string> options{};  ///< that decide what is captured: "--rounds 3", "--all-addresses"
    Sha256 targets{};                    ///< of their names: digest_of_targets

    friend bool operator==(const ManifestSettings&, const ManifestSettings&) = default;
};

enum class CaptureOutcome : std::uint8_t {
    captured,
    idle,  ///< too little CPU was used; not kept
    failed,
};

std::string_view outcome_name(CaptureOutcome outcome);

/// One profile that a source gave in a round, or that it gave none.
struct ManifestEntry {
    std::uint64_t round = 1;
    std::string target{};       ///< name of the source, escaped as by escape_line
    std::uint64_t of = 1;       ///< sources that the round asks
    std::uint64_t part = 1;     ///< of the profiles that the source gave, ...
    std::uint64_t parts = 1;    ///< ... which are so many
    std::string time{};         ///< when it was asked: RFC 3339, UTC
    std::uint64_t seconds = 0;  ///< length that was asked for; 0: none
    std::uint64_t attempts = 1;
    CaptureOutcome outcome = CaptureOutcome::captured;
    std::int64_t duration_nanos = 0;
    std::int64_t samples = 0;
    double cores = 0;
    std::optional<Sha256> sha256{};  ///< of the bytes in `file`
    std::string file{};              ///< in the directory; empty if it was not kept
    std::string fault{};             ///< its name, and what went wrong, escaped
    std::string message{};

    friend bool operator==(const ManifestEntry&, const ManifestEntry&) = default;
};

/// Which targets a run was given, in any order: their names are of different lengths and many, so this stands for them.
Sha256 digest_of_targets(std::vector<std::string> names);

/// The manifest's file in a directory.
std::string manifest_path(const std::string& directory);

/// With their newline.
std::string format_line(const ManifestSettings& settings);
std::string format_line(const ManifestEntry& entry);

struct ManifestContent {
    std::optional<ManifestSettings> settings{};  ///< nothing if the first line is not complete
    std::vector<ManifestEntry> entries{};
    std::size_t bytes = 0;  ///< of complete lines; what follows was cut off
};

/// A last line without a newline is left out: whoever wrote it was killed. Errors (invalid_content): a line that is not
/// the manifest's.
Result<ManifestContent> parse_manifest(std::string_view text);

/// The manifest in a directory, ours alone for as long as this lives.
class Manifest {
public:
    /// Makes the directory and the file if there are none. Errors: another process has it; it was written with other
    /// settings (usage); those of parse_manifest and of the file system.
    static Result<Manifest> open(const std::string& directory, const ManifestSettings& settings);

    /// With the first run's seed.
    const ManifestSettings& settings() const { return settings_; }

    /// What was there when it was opened.
    const std::vector<ManifestEntry>& entries() const { return entries_; }

    /// In one write, so that a process that is killed leaves all of the lines or a part at the end, which is left out.
    Result<> append(std::span<const ManifestEntry> entries);

private:
    Manifest(std::string path, FileDescriptor file);

    Result<> load(const ManifestSettings& settings);
    Result<> write(std::string_view text);

    std::string path_;
    std::shared_ptr<FileDescriptor> file_;  ///< and the lock on it
    ManifestSettings settings_;
    std::vector<ManifestEntry> entries_;
};

}  // namespace pgoprof
