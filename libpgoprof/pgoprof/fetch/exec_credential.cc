#include "pgoprof/fetch/exec_credential.h"

#include <filesystem>

#include "pgoprof/base/base64.h"
#include "pgoprof/base/json_document.h"
#include "pgoprof/base/json_text.h"
#include "pgoprof/io/process.h"
#include "pgoprof/io/source.h"

namespace pgoprof {
namespace {

constexpr std::chrono::seconds kLongestRun{60};
constexpr std::uint64_t kMaxAnswerBytes = kMiB;

/// The authorities as the plugin is told of them: PEM, whether they stand in the kubeconfig or in a file.
Result<std::string> authorities(const HttpTls& tls) {
    if (!tls.ca_pem.empty() || tls.ca_file.empty()) return tls.ca_pem;
    Buffer content;
    if (const auto read = read_input(tls.ca_file, kMaxAnswerBytes, content); !read) return fail(read.error());
    return std::string(content.text());
}

Result<Json> cluster_info(const ClusterConfig& config) {
    const auto pem = authorities(config.tls);
    if (!pem) return fail(pem.error());
    Json info{{"server", to_string(config.server)}};
    if (!config.tls.server_name.empty()) info["tls-server-name"] = config.tls.server_name;
    if (config.tls.insecure) info["insecure-skip-tls-verify"] = true;
    if (!pem->empty()) info["certificate-authority-data"] = encode_base64(as_bytes(*pem));
    if (config.proxy) info["proxy-url"] = *config.proxy;
    return info;
}

/// What KUBERNETES_EXEC_INFO tells the plugin.
Result<std::string> exec_info(const ClusterConfig& config) {
    Json spec{{"interactive", false}};
    if (config.exec->provide_cluster_info) {
        auto info = cluster_info(config);
        if (!info) return fail(info.error());
        spec["cluster"] = *std::move(info);
    }
    return to_compact_text({{"kind", "ExecCredential"}, {"apiVersion", config.exec->api_version}, {"spec", spec}});
}

std::unexpected<Error> not_credentials(std::string message) {
    return fail({.message = "the exec plugin's answer " + std::move(message)});
}

/// One line, since it becomes a header; that it ends in a newline is forgiven.
bool is_header_value(std::string_view text) { return text.find_first_of(std::string_view("\r\n\0", 3)) == text.npos; }

}  // namespace

Result<ExecCredential> parse_exec_credential(std::string_view text, std::string_view api_version) {
    JsonDocument document;
    Budget budget(64 * kMaxAnswerBytes);
    if (!document.parse(as_bytes(text), budget)) return not_credentials("is not JSON");
    const JsonValue root = document.root();
    if (root["kind"].string() != "ExecCredential") return not_credentials("is no ExecCredential");
    if (root["apiVersion"].string() != api_version) {
        return not_credentials("is not of the version that it was asked for: " + std::string(api_version));
    }
    const JsonValue status = root["status"];
    const auto member = [&](std::string_view name) { return std::string(status[name].string().value_or("")); };
    ExecCredential credential{.token = member("token"),
                              .certificate_pem = member("clientCertificateData"),
                              .key_pem = member("clientKeyData")};
    if (!is_header_value(credential.token)) return not_credentials("has a token that spans lines");
    if (credential.certificate_pem.empty() != credential.key_pem.empty()) {
        return not_credentials("has a client certificate or its key, but not both");
    }
    if (credential.token.empty() && credential.key_pem.empty()) return not_credentials("has no credentials");
    if (const auto expiry = status["expirationTimestamp"].string()) {
        credential.expires = parse_rfc3339(*expiry);
        if (!credential.expires) return not_credentials("expires at what is not a time");
    }
    return credential;
}

Result<ExecCredential> run_exec_plugin(const ClusterConfig& config, const std::function<void(std::string)>& note) {
    const ExecPlugin& plugin = *config.exec;
    const std::string name = std::filesystem::path(plugin.command).filename().string();
    const auto info = exec_info(config);
    if (!info) return fail(info.error());
    ProcessRequest request{.arguments = {plugin.command},
                           .environment = plugin.environment,
                           .timeout = kLongestRun,
                           .max_output_bytes = kMaxAnswerBytes};
    request.arguments.insert(request.arguments.end(), plugin.arguments.begin(), plugin.arguments.end());
    request.environment.emplace_back("KUBERNETES_EXEC_INFO", *info);
    if (note) request.error_line = [&](std::string line) { note(name + ": " + std::move(line)); };
    const auto output = run_process(request);
    if (!output) {
        Error error = output.error();
        error.message = "the exec plugin " + name + " " + error.message;
        error.remedy = plugin.install_hint.empty() ? "kubectl runs the same program: does it work?"
                                                   : plugin.install_hint.substr(0, plugin.install_hint.find('\n'));
        return fail(std::move(error));
    }
    return parse_exec_credential(output->text(), plugin.api_version);
}

}  // namespace pgoprof
