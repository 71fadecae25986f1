#include "pgo_fetch/backend_options.h"

#include <cstdlib>
#include <string>

#include "cli/options.h"
#include "pgoprof/io/input_files.h"

namespace pgoprof::cli {
namespace {

constexpr std::uint64_t kMostProfiles = 10'000;

std::optional<std::string> environment_variable(std::string_view name) {
    const char* const value = std::getenv(std::string(name).c_str());
    return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>(value);
}

void add_moment_option(CLI::App& app, const std::string& name, Moment& moment, const std::string& help) {
    add_parsed_option(app, name, "a length such as 72h or 7d, or a time such as 2026-02-10T07:54:37Z", help,
                      parse_moment, [&moment](const Moment& value) { moment = value; })
        ->type_name("WHEN");
}

void add_text_option(CLI::App& app, const std::string& name, const std::string& what, std::string& text,
                     const std::string& help) {
    add_parsed_option(app, name, what, help, parse_name, [&text](const std::string& value) { text = value; });
}

}  // namespace

void declare_backend_options(CLI::App& app, TargetOptions& options) {
    options.environment = environment_variable;
    add_moment_option(app, "--from", options.range.from,
                      "Of what a backend keeps, take what is not older: so long ago, or a time (RFC 3339) [72h]");
    add_moment_option(app, "--to", options.range.to, "... and what is not newer [now]");
    const auto set_profiles = [&options](std::uint64_t count) { options.profiles = count; };
    const auto parse_profiles = [](const std::string& text) -> std::optional<std::uint64_t> {
        const auto count = parse_weight(text);
        if (!count || static_cast<std::uint64_t>(*count) > kMostProfiles) return std::nullopt;
        return static_cast<std::uint64_t>(*count);
    };
    add_parsed_option(app, "--profiles", "an integer from 1 to 10000",
                      "How many profiles to take from datadog: [5] and gcp:// [100]", parse_profiles, set_profiles)
        ->type_name("N");
    const auto keep_inlining = [&options](std::int64_t) { options.tame_inlining = false; };
    app.add_flag("--no-mitigation", keep_inlining,
                 "Leave datadog: profiles free to have functions inlined that grow goroutines' stacks");
    add_text_option(app, "--kubeconfig", "the name of a file", options.kubeconfig,
                    "Find clusters in FILE [as kubectl does]");
    app.get_option("--kubeconfig")->type_name("FILE");
    add_text_option(app, "--context", "the name of a context", options.context,
                    "Of the kubeconfig, use the context NAME [the current one]");
    app.get_option("--context")->type_name("NAME");
}

}  // namespace pgoprof::cli
