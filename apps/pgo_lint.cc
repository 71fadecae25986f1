// pgo-lint: says before the build what the compiler will make of a profile.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "cli/options.h"
#include "cli/tool.h"
#include "pgoprof/io/source.h"
#include "pgoprof/lint/lint.h"
#include "pgoprof/load.h"
#include "pgoprof/report/lint_report.h"

namespace {

using namespace pgoprof;
using cli::ExitCode;

struct Options {
    std::vector<std::string> files;
    std::string format = "text";
    Limits limits;
};

/// Content that cannot be used is a finding; a file that cannot be read is not.
FileFindings lint_file(Loader& loader, const std::string& path) {
    FileFindings result{.file = input_name(path)};
    const auto content = loader.load(path);
    if (!content && content.error().code == ErrorCode::io_failure) {
        result.unreadable = content.error();
    } else if (!content) {
        result.findings = lint({.load_error = &content.error()});
    } else if (const auto* edges = std::get_if<const EdgeProfile*>(&*content)) {
        result.findings = lint({.edges = *edges});
    } else {
        const auto* profile = std::get<const RawProfile*>(*content);
        result.findings = lint({.profile = profile, .inflated_bytes = loader.inflated_bytes()});
    }
    return result;
}

ExitCode run(const Options& options, const cli::Console& console) {
    if (std::ranges::count(options.files, "-") > 1) {
        return console.error({.code = ErrorCode::usage, .message = "stdin (-) can be read only once"});
    }
    Loader loader(options.limits, Validation::skip);
    std::vector<FileFindings> results;
    ExitCode exit = ExitCode::done;
    for (const std::string& path : options.files) {
        results.push_back(lint_file(loader, path));
        const FileFindings& result = results.back();
        if (result.unreadable) exit = cli::worst(exit, console.error(*result.unreadable));
        if (count(result.findings, Severity::error) > 0) exit = cli::worst(exit, ExitCode::no);
    }
    const auto written = cli::write_text(options.format == "json" ? lint_json(results) : lint_text(results));
    if (!written) exit = cli::worst(exit, console.error(written.error()));
    return exit;
}

}  // namespace

int main(int argc, char** argv) {
    const cli::ToolInfo info{
        .name = "pgo-lint",
        .summary = "Say before the build what the Go compiler will make of a profile.",
        .examples =
            "  pgo-lint default.pgo\n"
            "  pgo-lint --format json cmd/*/default.pgo\n"
            "  pgo-fetch localhost:6060 | pgo-lint -\n"
            "\nExits with 1 if the compiler would refuse, ignore or misread a profile; warnings leave it at 0.",
    };
    return cli::run_tool(argc, argv, info, [](CLI::App& app) -> cli::Run {
        auto options = std::make_shared<Options>();
        app.add_option("FILE", options->files, "Profiles to judge; - is stdin")->required();
        cli::add_choice_option(app, "--format", options->format, {"text", "json"}, "How to print the findings");
        cli::add_limits_option(app, options->limits);
        return [options](const cli::Console& console) { return run(*options, console); };
    });
}
