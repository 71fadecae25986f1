// Asks one target of pgo-fetch, and says all that came of it, line by line: for tests of what stands between the
// command line and the merger. Bodies are written to files 0, 1, ... of a folder.
//
//   ask_target FOLDER TARGET [NAME=VALUE]...
//
// with the options from, to, profiles, seconds, timeout, kubeconfig, context, token (a file), ca, header, limit
// (bytes), service-account (a folder: only the cluster's configuration is asked for).
#include <fmt/format.h>

#include <csignal>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "pgoprof/fetch/kubeconfig.h"
#include "pgoprof/fetch/source.h"
#include "pgoprof/io/sink.h"

namespace {

using namespace pgoprof;

std::optional<std::string> environment_variable(std::string_view name) {
    const char* const value = std::getenv(std::string(name).c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

void say(std::string_view what, std::string_view text) {
    fmt::print("{}: {}\n", what, text);
    std::fflush(stdout);
}

void say_error(std::string_view what, const Error& error) {
    say(what, error.input.empty() ? error.message : error.input + ": " + error.message);
    if (!error.remedy.empty()) say("remedy", error.remedy);
}

TargetOptions parse_options(const std::map<std::string, std::string>& given) {
    TargetOptions options{.environment = environment_variable};
    options.note = [](const std::string& line) { say("note", line); };
    for (const auto& [name, value] : given) {
        if (name == "from") options.range.from = parse_moment(value).value();
        if (name == "to") options.range.to = parse_moment(value).value();
        if (name == "profiles") options.profiles = std::stoull(value);
        if (name == "seconds") options.seconds = std::chrono::seconds(std::stoi(value));
        if (name == "timeout") options.timeout = std::chrono::seconds(std::stoi(value));
        if (name == "kubeconfig") options.kubeconfig = value;
        if (name == "context") options.context = value;
        if (name == "token") options.access.bearer_token_file = value;
        if (name == "ca") options.access.tls.ca_file = value;
        if (name == "header")
            options.access.headers.emplace_back(value.substr(0, value.find(':')), value.substr(value.find(':') + 1));
        if (name == "limit") options.limits.input_bytes = std::stoull(value);
    }
    return options;
}

ExchangeOutcome ask(HttpTransfers& transfers, const Source& source) {
    std::optional<ExchangeOutcome> result;
    converse(transfers, source.ask(), [&](ExchangeOutcome outcome) { result = std::move(outcome); });
    while (!result) transfers.advance(std::chrono::milliseconds(200));
    return *std::move(result);
}

int run(const std::string& folder, const std::string& text, const TargetOptions& options) {
    const auto target = make_target(text, options);
    if (!target) return say_error("error", target.error()), 1;
    const auto transfers = make_http_transfers();
    const auto sources = (*target)->sources(
        [&](HttpRequest request) { return perform(*transfers, std::move(request), [] { return true; }); });
    if (!sources) return say_error("error", sources.error()), 1;
    int written = 0;
    for (const Source& source : *sources) {
        say("source", source.name);
        say("treatment", fmt::format("{}{}", source.treatment.drop_labels ? "drop-labels " : "",
                                     source.treatment.tame_inlining ? "tame-inlining" : ""));
        const auto outcome = ask(*transfers, source);
        if (!outcome) {
            say_error(fmt::format("failure {}", fault_name(outcome.error().fault)), outcome.error().error);
            continue;
        }
        for (const ProfileBody& body : *outcome) {
            const std::string path = fmt::format("{}/{}", folder, written++);
            if (!write_output(path, body.bytes.view())) return 1;
            say("body", path);
        }
    }
    return 0;
}

int show_cluster(const TargetOptions& options, const std::string& service_account) {
    const auto config = find_cluster(options, service_account);
    if (!config) return say_error("error", config.error()), 1;
    say("context", config->name);
    say("server", to_string(config->server));
    say("namespace", config->name_space);
    say("ca-file", config->tls.ca_file);
    say("token-file", config->token_file);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    if (argc < 3) return 2;
    std::map<std::string, std::string> given;
    for (const std::string& option : std::vector<std::string>(argv + 3, argv + argc)) {
        given[option.substr(0, option.find('='))] = option.substr(option.find('=') + 1);
    }
    const TargetOptions options = parse_options(given);
    if (given.contains("service-account")) return show_cluster(options, given["service-account"]);
    return run(argv[1], argv[2], options);
}
