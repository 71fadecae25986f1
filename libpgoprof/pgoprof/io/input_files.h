// Which files to read: lists of them, and folders.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pgoprof/base/result.h"
#include "pgoprof/base/sha256.h"

namespace pgoprof {

struct InputFile {
    std::string path;
    std::int64_t weight = 1;         ///< at least 1
    std::optional<Sha256> sha256{};  ///< of the stored bytes, where it is known beforehand

    friend bool operator==(const InputFile&, const InputFile&) = default;
};

/// An integer of at least 1.
std::optional<std::int64_t> parse_weight(std::string_view text);

/// The files that the file at `path` ("-": stdin) lists: one path a line, optionally followed by a TAB and a weight,
/// and by another TAB and a SHA-256; either may be empty. Errors: those of read_input, and invalid_content that names
/// the line.
Result<std::vector<InputFile>> read_input_list(const std::string& path, std::uint64_t max_bytes);

bool is_directory(const std::string& path);

/// What a directory that captures are collected in has beside them: the record of what was collected.
inline constexpr std::string_view kManifestName = "manifest.jsonl";

/// The files in a folder and its subfolders, sorted bytewise: regular ones, and symbolic links to regular files or to
/// nothing. Left out is what begins with a dot, manifests, and what symbolic links to folders lead to. An error if a
/// folder cannot be read.
Result<std::vector<std::string>> files_below(const std::string& directory);

}  // namespace pgoprof
