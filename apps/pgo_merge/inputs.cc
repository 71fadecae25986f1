#include "pgo_merge/inputs.h"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>

namespace pgoprof::cli {
namespace {

Result<std::vector<InputFile>> listed_files(const Options& options) {
    std::vector<InputFile> files;
    files.reserve(options.paths.size() + options.weighted.size());
    for (const std::string& path : options.paths) files.push_back({.path = path});
    files.insert(files.end(), options.weighted.begin(), options.weighted.end());
    for (const std::string& list : options.lists) {
        auto listed = read_input_list(list, options.limits.input_bytes);
        if (!listed) return listed;
        files.insert(files.end(), std::move_iterator(listed->begin()), std::move_iterator(listed->end()));
    }
    return files;
}

/// What `path` is of what this run writes, empty if nothing: a merge that is repeated would else take what it wrote the
/// last time for an input.
std::string_view own_output(const std::string& path, const Options& options) {
    const auto is = [&](const std::string& written) {
        std::error_code none;
        return !written.empty() && written != "-" && std::filesystem::equivalent(path, written, none);
    };
    if (is(options.output)) return "the output";
    if (is(options.summary)) return "the summary";
    return {};
}

/// Adds the files in a directory, with the directory's weight.
Result<> add_files_below(const InputFile& directory, const Options& options, const Console& console,
                         std::vector<InputFile>& files) {
    if (directory.sha256) {
        return fail_in(directory.path, {.message = "is listed with a SHA-256, but is a directory"});
    }
    const auto below = files_below(directory.path);
    if (!below) return fail(below.error());
    for (const std::string& path : *below) {
        if (const auto written = own_output(path, options); !written.empty()) {
            console.note(fmt::format("{} is left out: it is {}", path, written));
        } else {
            files.push_back({.path = path, .weight = directory.weight});
        }
    }
    return {};
}

Result<std::vector<InputFile>> expand_directories(std::vector<InputFile> named, const Options& options,
                                                  const Console& console) {
    std::vector<InputFile> files;
    for (InputFile& file : named) {
        if (file.path == "-" || !is_directory(file.path)) {
            files.push_back(std::move(file));
        } else if (auto added = add_files_below(file, options, console, files); !added) {
            return fail(std::move(added.error()));
        }
    }
    return files;
}

}  // namespace

Result<std::vector<InputFile>> find_files(const Options& options, const Console& console) {
    auto files = listed_files(options);
    if (!files || !options.recursive) return files;
    return expand_directories(std::move(*files), options, console);
}

std::unique_ptr<InputSource> open_source(const Options& options, const std::vector<InputFile>& files) {
    const Digests digests = options.summary.empty() ? Digests::where_needed : Digests::always;
    if (options.framed) return std::make_unique<FrameSource>(options.limits, digests);
    return std::make_unique<FileSource>(
        files, FileSource::Options{.limits = options.limits, .digests = digests, .shard = options.shard});
}

}  // namespace pgoprof::cli
