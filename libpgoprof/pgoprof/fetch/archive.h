// A directory of profiles as they came, and the manifest that says where each is from.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/result.h"
#include "pgoprof/fetch/manifest.h"

namespace pgoprof {

/// Files appear whole or not at all, and a file is there before its line: whatever ends the process, what the manifest
/// says is there. Files are not synced to the disk one by one; their digests tell what a power failure left.
class Archive {
public:
    /// Errors: those of Manifest::open.
    static Result<Archive> open(const std::string& directory, const ManifestSettings& settings);

    /// With the first run's seed.
    const ManifestSettings& settings() const { return manifest_.settings(); }

    /// Whether every source that the round asked has given a profile, or was idle.
    bool is_over(std::uint64_t round) const;
    bool has(std::uint64_t round, std::string_view source) const;

    /// What earlier runs took: all parts of one source in one round at a time, with their bytes where they were kept.
    /// What is not complete, or not what it was, is forgotten, and its files removed. Errors: those of `visit`.
    using Kept = std::vector<std::pair<ManifestEntry, Buffer>>;
    using Visit = std::function<Result<>(Kept& parts)>;
    /// Takes the file that cannot be used, and why.
    using Forget = std::function<void(const Error& error)>;
    Result<> recall(std::uint64_t max_bytes, const Visit& visit, const Forget& forget);

    /// Writes a profile, and its file name and digest into `entry`, which is to be noted next.
    Result<> keep(ManifestEntry& entry, ByteView body);

    /// Adds a line. There is no file of what was not kept, even if a run that was killed left one.
    Result<> note(const ManifestEntry& entry);

private:
    using Key = std::pair<std::uint64_t, std::string>;  ///< round, target

    Archive(std::string directory, Manifest manifest);

    void remember(const ManifestEntry& entry);
    bool complete(const std::vector<ManifestEntry>& parts) const;
    Result<Kept> load(const std::vector<ManifestEntry>& parts, std::uint64_t max_bytes) const;
    std::string path_of(const std::string& file) const;

    std::string directory_;
    Manifest manifest_;
    std::map<Key, std::vector<ManifestEntry>> entries_;  ///< of the last attempt each
};

/// The name of the file for a profile: letters, digits, "-", "_" and "." only, the same in every run.
std::string archive_file_name(std::uint64_t round, std::string_view source, std::uint64_t part);

}  // namespace pgoprof
