#include "pgo_convert/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/options.h"
#include "pgoprof/base/text.h"

namespace pgoprof::cli {
namespace {

template <typename Formats>
std::vector<std::string> names_of(const Formats& formats) {
    std::vector<std::string> names;
    names.reserve(formats.size());
    for (const auto format : formats) names.emplace_back(format_name(format));
    return names;
}

void declare_formats(CLI::App& app, Options& options) {
    const auto inputs = names_of(kFormats);
    add_parsed_option(app, "--from", fmt::format("{}", fmt::join(inputs, " or ")),
                      "What FILE is, where its content does not show it", format_named,
                      [&options](Format format) { options.import.from = format; })
        ->type_name("FORMAT");
    const auto outputs = names_of(kOutputFormats);
    add_parsed_option(app, "--to", fmt::format("{}", fmt::join(outputs, " or ")),
                      fmt::format("Write {} [pprof]", fmt::join(outputs, ", ")), output_format_named,
                      [&options](OutputFormat format) { options.to = format; })
        ->type_name("FORMAT");
}

void declare_recordings(CLI::App& app, Options& options) {
    RecordingChoice& choice = options.import.choice;
    const auto parse_pid = [](const std::string& text) -> std::optional<std::uint32_t> {
        const auto size = parse_bytes(text);  // of at least 1
        const bool digits = text.find_first_not_of("0123456789") == text.npos;
        if (!digits || !size || *size > INT32_MAX) return std::nullopt;
        return static_cast<std::uint32_t>(*size);
    };
    add_parsed_option(app, "--binary", "the name of a file",
                      "Take symbols from the Go program FILE [as the recording says]", parse_name,
                      [&choice](const std::string& file) { choice.binary = file; })
        ->type_name("FILE");
    add_parsed_option(app, "--pid", "the number of a process", "Convert this process alone", parse_pid,
                      [&choice](std::uint32_t pid) { choice.pid = pid; })
        ->type_name("PID");
    add_parsed_option(app, "--comm", "the name of a process", "Convert processes of this name alone", parse_name,
                      [&choice](const std::string& name) { choice.comm = name; })
        ->type_name("NAME");
    app.add_flag("--force", choice.any_build_id,
                 "Go on although the binary is another build, or the events are no CPU time");
}

/// In the order in which they stand, one with the other.
void declare_renaming(CLI::App& app, RewriteOptions& options) {
    const auto add = [&](const std::string& name, const std::string& what, const std::string& type,
                         const std::string& help, RenameOption::Kind kind) {
        add_repeatable_option(app, name, what, help, parse_name,
                              [&options, kind](const std::string& value) { options.renames.push_back({kind, value}); })
            ->type_name(type)
            ->trigger_on_parse();
    };
    add("--rename", "OLD=NEW", "OLD=NEW",
        "Follow a refactoring, of a package (a.org/p=b.org/q) or a name in one; repeatable", RenameOption::Kind::rule);
    add("--rename-file", "the name of a file", "FILE", "The same for each line of FILE; # begins a comment",
        RenameOption::Kind::file);
    add("--rename-regex", "REGEX=TEXT", "REGEX=TEXT",
        "Replace matches in functions' names by TEXT; \\1 is the first group", RenameOption::Kind::regex);
}

void declare_rewriting(CLI::App& app, RewriteOptions& options) {
    const auto add_text = [&app](const std::string& name, const std::string& what, const std::string& type,
                                 const std::string& help, std::optional<std::string>& value) {
        add_parsed_option(app, name, what, help, parse_name, [&value](const std::string& text) {
            value = text;
        })->type_name(type);
    };
    add_text("--sample-type", "a sample type, such as cpu or cpu/nanoseconds", "TYPE",
             "Keep the values of this sample type alone", options.sample_type);
    add_text("--focus", "a regular expression", "REGEX",
             "Keep stacks with a function or file that matches, as go tool pprof does", options.focus);
    add_text("--ignore", "a regular expression", "REGEX", "Leave out stacks with a function or file that matches",
             options.ignore);
    add_label_options(app, options.drop_labels, options.keep_labels);
    declare_renaming(app, options);
    add_repeatable_option(app, "--no-inline", "the name of a function, or stack-growth",
                          "Keep the profile from getting FUNC inlined, or all of golang/go#65532; repeatable",
                          parse_name, [&options](const std::string& name) { options.no_inline.push_back(name); })
        ->type_name("FUNC|stack-growth");
    app.add_flag("--anonymize", options.anonymize,
                 "Replace names outside the standard library, and what else tells whose program it is");
    add_parsed_option(app, "--anonymize-key-file", "the name of a file",
                      "The secret that the replacements depend on [a random one]", parse_name,
                      [&options](const std::string& file) { options.key_file = file; })
        ->type_name("FILE");
}

}  // namespace

void declare_options(CLI::App& app, Options& options) {
    app.add_option("FILE", options.file, "The profile or recording, in any format; - is stdin")->required();
    add_output_option(app, options.output);
    declare_formats(app, options);
    declare_recordings(app, options);
    declare_rewriting(app, options.rewrite);
    add_limits_option(app, options.import.limits);
}

Result<> check_options(const Options& options) {
    const RewriteOptions& rewrite = options.rewrite;
    if (!rewrite.key_file.empty() && !rewrite.anonymize) {
        return fail(ErrorCode::usage, "--anonymize-key-file is for --anonymize only");
    }
    if (rewrite.drop_labels && rewrite.keep_labels) {
        return fail(ErrorCode::usage, "--drop-labels leaves none for --keep-labels");
    }
    std::vector<std::string> inputs{options.file, options.import.choice.binary, rewrite.key_file};
    for (const RenameOption& rename : rewrite.renames) {
        if (rename.kind == RenameOption::Kind::file) inputs.push_back(rename.value);
    }
    std::size_t stdin_uses = 0;
    for (const std::string& input : inputs) {
        if (input == "-" && ++stdin_uses > 1) return fail(ErrorCode::usage, "stdin (-) can be read only once");
        if (input.empty()) continue;
        if (auto kept = keep_input("--output", options.output, input); !kept) return kept;
    }
    return {};
}

}  // namespace pgoprof::cli
