#include "pgoprof/io/input_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "pgoprof/io/source.h"

namespace pgoprof {
namespace {

namespace fs = std::filesystem;

/// Takes what stands before the next `separator`, or all there is, off the front of `text`.
std::string_view take_until(std::string_view& text, char separator) {
    const auto end = text.find(separator);
    const std::string_view taken = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return taken;
}

std::unexpected<Error> refuse(std::string why) { return fail(ErrorCode::invalid_content, std::move(why)); }

Result<InputFile> parse_line(std::string_view line) {
    if (std::ranges::count(line, '\t') > 2) return refuse("more than a path, a weight and a SHA-256");
    InputFile file{.path = std::string(take_until(line, '\t'))};
    const std::string_view weight = take_until(line, '\t');
    const std::string_view digest = take_until(line, '\t');
    if (file.path.empty()) return refuse("no path");
    if (file.path == "-") return refuse("stdin cannot be listed; for a file of that name write ./-");
    if (file.path.find('\0') != file.path.npos) return refuse("a NUL byte: list one path a line");
    if (!weight.empty()) {
        const auto value = parse_weight(weight);
        if (!value) return refuse(fmt::format("the weight must be an integer of at least 1, not {}", weight));
        file.weight = *value;
    }
    if (!digest.empty()) {
        file.sha256 = parse_sha256(digest);
        if (!file.sha256) return refuse(fmt::format("a SHA-256 has 64 hexadecimal digits, unlike {}", digest));
    }
    return file;
}

std::unexpected<Error> unreadable(const fs::path& directory, const std::error_code& reason) {
    return fail_in(directory.native(),
                   {.code = ErrorCode::io_failure, .message = "cannot be read: " + reason.message()});
}

/// What cannot be told is taken for a file: reading it says what is wrong with it.
bool may_be_a_file(fs::file_type type) {
    return type == fs::file_type::regular || type == fs::file_type::not_found || type == fs::file_type::none ||
           type == fs::file_type::unknown;
}

/// Adds the files of one folder to `files`, and its subfolders to `folders`.
Result<> list_folder(const fs::path& folder, std::vector<std::string>& files, std::vector<fs::path>& folders) {
    std::error_code failure;
    fs::directory_iterator entries(folder, failure);
    for (; !failure && entries != fs::directory_iterator(); entries.increment(failure)) {
        const fs::path name = entries->path().filename();
        if (name.native().starts_with('.') || name == kManifestName) continue;
        std::error_code gone;
        const fs::file_type type = entries->symlink_status(gone).type();
        if (may_be_a_file(entries->status(gone).type())) files.push_back(entries->path().native());
        if (type == fs::file_type::directory) folders.push_back(entries->path());
    }
    if (failure) return unreadable(folder, failure);
    return {};
}

}  // namespace

std::optional<std::int64_t> parse_weight(std::string_view text) {
    std::int64_t weight = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), weight);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole && weight >= 1 ? std::optional(weight) : std::nullopt;
}

Result<std::vector<InputFile>> read_input_list(const std::string& path, std::uint64_t max_bytes) {
    Buffer content;
    if (auto read = read_input(path, max_bytes, content); !read) return fail(std::move(read.error()));
    std::vector<InputFile> files;
    std::string_view rest = content.text();
    for (std::size_t number = 1; !rest.empty(); ++number) {
        auto file = parse_line(take_until(rest, '\n'));
        if (!file) {
            file.error().message = fmt::format("line {}: {}", number, file.error().message);
            return fail_in(input_name(path), std::move(file.error()));
        }
        files.push_back(std::move(*file));
    }
    return files;
}

bool is_directory(const std::string& path) {
    std::error_code none;
    return fs::is_directory(path, none);
}

Result<std::vector<std::string>> files_below(const std::string& directory) {
    std::vector<std::string> files;
    std::vector<fs::path> folders{directory};
    while (!folders.empty()) {
        const fs::path folder = std::move(folders.back());
        folders.pop_back();
        if (auto listed = list_folder(folder, files, folders); !listed) return fail(std::move(listed.error()));
    }
    std::ranges::sort(files);
    return files;
}

}  // namespace pgoprof
