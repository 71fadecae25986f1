#include "pgo_lint/lint_run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <span>

#include "cli/options.h"
#include "pgoprof/base/gzip_writer.h"
#include "pgoprof/base/parallel.h"
#include "pgoprof/codec/pprof.h"
#include "pgoprof/gosource/main_packages.h"
#include "pgoprof/io/sink.h"
#include "pgoprof/io/source.h"
#include "pgoprof/lint/lint.h"
#include "pgoprof/transform/merge.h"

namespace pgoprof::cli {
namespace {

std::int64_t now_nanos() {
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(since_1970).count();
}

/// What `pgo-merge --compact` makes of it, to the byte; nothing if that refuses it.
std::optional<std::uint64_t> compact_bytes(Loader& loader) {
    RawProfile profile;
    if (!loader.decode_whole(profile)) return std::nullopt;
    Merger merger({.detail = Detail::compact});
    if (!merger.add(profile)) return std::nullopt;
    const auto compact = std::move(merger).finish();
    if (!compact) return std::nullopt;
    std::uint64_t bytes = 0;
    GzipWriter gzip(0, Compression::thorough, [&](ByteView written) {
        bytes += written.size();
        return Result<>();
    });
    const bool encoded = encode_pprof(*compact, [&](ByteView piece) { return gzip.write(piece); }).has_value();
    return encoded && gzip.finish() ? std::optional(bytes) : std::nullopt;
}

/// "a, b, c and 4 more"
std::string enumerate(std::span<const std::string> names) {
    constexpr std::size_t kMost = 5;
    if (names.size() <= kMost) return fmt::format("{}", fmt::join(names, ", "));
    return fmt::format("{} and {} more", fmt::join(names.first(kMost), ", "), names.size() - kMost);
}

Error no_profile(std::span<const std::string> packages) {
    if (packages.empty()) {
        return {.code = ErrorCode::io_failure,
                .message = "there is no Go main package here or below, so no default.pgo that Go would use",
                .remedy = "name the profiles to judge"};
    }
    const std::string folder = packages.front() == "." ? "" : packages.front() + "/";
    return {
        .code = ErrorCode::io_failure,
        .message = fmt::format("no main package has a default.pgo, so Go builds without PGO: {}", enumerate(packages)),
        .remedy = fmt::format("collect profiles in production with pgo-fetch, and commit what "
                              "`pgo-merge --compact *.pprof -o {}default.pgo` makes of them",
                              folder)};
}

/// What stands in a tree by the name of a profile could block, or have no end. Of a folder, reading says so.
Result<> check_found(const std::string& path) {
    std::error_code error;
    const auto type = std::filesystem::status(path, error).type();
    if (error || type == std::filesystem::file_type::regular || type == std::filesystem::file_type::directory)
        return {};
    return fail_in(path, {.code = ErrorCode::io_failure,
                          .message = "is not a regular file",
                          .remedy = "name it, if it is what the build shall read"});
}

}  // namespace

ExitCode LintRun::run() {
    if (const auto sound = check_options(options_); !sound) return console_.error(sound.error());
    if (options_.list_rules || options_.explain) {
        const bool json = options_.format == "json";
        write(options_.explain ? lint_rule_text(*options_.explain) : json ? lint_rules_json() : lint_rules_text());
        return exit_;
    }
    if (const auto found = find_files(); !found) return console_.error(found.error());
    for (const std::string& file : files_) {
        if (const auto kept = keep_input("--output", options_.output, file); !kept) return console_.error(kept.error());
    }
    if (const auto found = find_settings(); !found) return console_.error(found.error());
    for (std::size_t i = 0; i < files_.size(); ++i) results_.push_back(judge(files_[i], settings_[i]));
    write(report());
    return exit_;
}

/// Those named, or what `go build` would use in and below the working directory.
Result<> LintRun::find_files() {
    files_ = options_.files;
    if (!files_.empty()) return {};
    const char* gowork = std::getenv("GOWORK");
    auto found = find_main_packages(".", gowork ? gowork : "");
    if (!found) return fail(found.error());
    for (const std::string& stray : found->stray_profiles) {
        console_.note(fmt::format("Go ignores {}: there is no main package beside it", stray));
    }
    files_ = std::move(found->profiles);
    if (files_.empty()) {
        note_error(no_profile(found->without_profile));
    } else if (!found->without_profile.empty()) {
        console_.note(
            fmt::format("Go builds without PGO, for want of a default.pgo: {}", enumerate(found->without_profile)));
    }
    return {};
}

/// All of them before anything is judged: what is at fault in a configuration is not for one file to find.
Result<> LintRun::find_settings() {
    ProjectSettings project;
    for (const std::string& path : files_) {
        auto settings = project.settings_for(path);
        if (!settings) return fail(settings.error());
        settings_.push_back(overlay(std::move(*settings), options_.settings));
    }
    return {};
}

/// Content that cannot be used is a finding; a file that cannot be read is not.
FileFindings LintRun::judge(const std::string& path, const LintSettings& settings) {
    FileFindings result{.file = input_name(path)};
    const auto found = options_.files.empty() ? check_found(path) : Result<>();
    const auto content = found ? loader_.load(path) : std::unexpected(found.error());
    if (!content && content.error().code == ErrorCode::io_failure) {
        result.unreadable = content.error();
        note_error(content.error());
        return result;
    }
    result.findings = findings(content, lint_options(settings));
    if (fails(result.findings, settings)) exit_ = worst(exit_, ExitCode::no);
    return result;
}

std::vector<Finding> LintRun::findings(const Result<Loader::Content>& content, LintOptions options) {
    options.now_nanos = now_nanos();
    if (!content) return lint({.load_error = &content.error()}, options);
    LintInput input{.stored_bytes = loader_.stored_bytes()};
    if (const auto* edges = std::get_if<const EdgeProfile*>(&*content)) {
        input.edges = *edges;
    } else {
        input.profile = std::get<const RawProfile*>(*content);
        input.inflated_bytes = loader_.inflated_bytes();
        input.samples = [this](const VisitSamples& visit) { return loader_.walk_samples(visit, available_threads()); };
        input.compact_bytes = [this] { return compact_bytes(loader_); };
    }
    return lint(input, options);
}

std::string LintRun::report() {
    if (options_.format == "text") return lint_text(results_);
    if (options_.format == "json") return lint_json(results_);
    const Repository repository;
    for (std::size_t i = 0; i < files_.size(); ++i) results_[i].repository_path = repository.path_of(files_[i]);
    return options_.format == "github" ? lint_github(results_) : lint_sarif(results_, version());
}

void LintRun::write(const std::string& text) {
    if (const auto written = write_output(options_.output, as_bytes(text)); !written) note_error(written.error());
}

}  // namespace pgoprof::cli
