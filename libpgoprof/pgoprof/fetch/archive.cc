#include "pgoprof/fetch/archive.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "pgoprof/base/file_descriptor.h"
#include "pgoprof/base/text.h"
#include "pgoprof/io/source.h"

namespace pgoprof {
namespace {

Result<> write_file(const std::string& path, ByteView bytes) {
    FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (!file.valid()) return fail_in(path, fail_errno("cannot create").error());
    if (!write_all(file.get(), bytes) || !file.close()) return fail_in(path, fail_errno("cannot write").error());
    return {};
}

/// What of a source's name people know it by.
std::string readable(std::string_view name) {
    constexpr std::size_t kLongest = 80;
    if (const auto scheme = name.find("://"); scheme != name.npos) name.remove_prefix(scheme + 3);
    std::string out;
    for (const char c : name.substr(0, kLongest)) {
        const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-';
        if (plain) {
            out += c;
        } else if (!out.ends_with('_')) {
            out += '_';
        }
    }
    return out;
}

}  // namespace

std::string archive_file_name(std::uint64_t round, std::string_view source, std::uint64_t part) {
    const std::string digest = to_hex(sha256(as_bytes(source))).substr(0, 8);
    const std::string suffix = part == 1 ? "" : fmt::format("-{}", part);
    return fmt::format("{:03}-{}-{}{}.pprof", round, readable(source), digest, suffix);
}

Archive::Archive(std::string directory, Manifest manifest)
    : directory_(std::move(directory)), manifest_(std::move(manifest)) {
    for (const ManifestEntry& entry : manifest_.entries()) remember(entry);
}

Result<Archive> Archive::open(const std::string& directory, const ManifestSettings& settings) {
    auto manifest = Manifest::open(directory, settings);
    if (!manifest) return fail(std::move(manifest.error()));
    return Archive(directory, *std::move(manifest));
}

/// An attempt begins with its first part.
void Archive::remember(const ManifestEntry& entry) {
    auto& parts = entries_[{entry.round, entry.target}];
    if (entry.part == 1) parts.clear();
    parts.push_back(entry);
}

bool Archive::complete(const std::vector<ManifestEntry>& parts) const {
    return parts.size() == parts.front().parts &&
           std::ranges::none_of(parts, [](const auto& part) { return part.outcome == CaptureOutcome::failed; });
}

bool Archive::is_over(std::uint64_t round) const {
    std::uint64_t done = 0;
    std::uint64_t of = 0;
    for (auto at = entries_.lower_bound({round, ""}); at != entries_.end() && at->first.first == round; ++at) {
        if (!complete(at->second)) return false;
        ++done;
        of = std::max(of, at->second.front().of);
    }
    return done != 0 && done >= of;
}

bool Archive::has(std::uint64_t round, std::string_view source) const {
    const auto found = entries_.find({round, escape_line(source)});
    return found != entries_.end() && complete(found->second);
}

Result<> Archive::recall(std::uint64_t max_bytes, const Visit& visit, const Forget& forget) {
    for (auto at = entries_.begin(); at != entries_.end();) {
        bool sound = complete(at->second);
        if (sound) {
            auto kept = load(at->second, max_bytes);
            sound = kept.has_value();
            if (!sound) {
                forget(kept.error());
            } else if (auto visited = visit(*kept); !visited) {
                return visited;
            }
        }
        if (sound) {
            ++at;
            continue;
        }
        for (const ManifestEntry& part : at->second) {
            std::error_code none;
            if (!part.file.empty()) std::filesystem::remove(path_of(part.file), none);
        }
        at = entries_.erase(at);
    }
    return {};
}

Result<Archive::Kept> Archive::load(const std::vector<ManifestEntry>& parts, std::uint64_t max_bytes) const {
    Kept kept;
    for (const ManifestEntry& part : parts) {
        Buffer body;
        if (!part.file.empty()) {
            const std::string path = path_of(part.file);
            if (auto read = read_input(path, max_bytes, body); !read) return fail(std::move(read.error()));
            if (part.sha256 != sha256(body.view())) {
                return fail_in(path, {.message = "is not what was captured: its SHA-256 is another"});
            }
        }
        kept.emplace_back(part, std::move(body));
    }
    return kept;
}

Result<> Archive::keep(ManifestEntry& entry, ByteView body) {
    const std::string incoming = path_of(".incoming");
    const std::string file = archive_file_name(entry.round, entry.target, entry.part);
    if (auto written = write_file(incoming, body); !written) return written;
    if (::rename(incoming.c_str(), path_of(file).c_str()) != 0) {
        return fail_in(path_of(file), fail_errno("cannot create").error());
    }
    entry.file = file;
    entry.sha256 = sha256(body);
    return {};
}

Result<> Archive::note(const ManifestEntry& entry) {
    if (entry.file.empty()) {
        std::error_code none;
        std::filesystem::remove(path_of(archive_file_name(entry.round, entry.target, entry.part)), none);
    }
    remember(entry);
    return manifest_.append({&entry, 1});
}

std::string Archive::path_of(const std::string& file) const { return std::filesystem::path(directory_) / file; }

}  // namespace pgoprof
