// Credentials for a cluster that a program gives, as client-go's exec plugins do.
// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "pgoprof/base/result.h"
#include "pgoprof/fetch/kubeconfig.h"
#include "pgoprof/fetch/time_range.h"

namespace pgoprof {

struct ExecCredential {
    std::string token{};
    std::string certificate_pem{};
    std::string key_pem{};
    std::optional<Instant> expires{};
};

/// Runs `config.exec`, at most a minute long. What it writes to stderr goes to `note`, which may be empty. Errors: it
/// fails, or its answer is not an ExecCredential with credentials. They show none of them.
Result<ExecCredential> run_exec_plugin(const ClusterConfig& config, const std::function<void(std::string)>& note);

/// What the plugin wrote to stdout; `api_version` is the one that it was asked for.
Result<ExecCredential> parse_exec_credential(std::string_view text, std::string_view api_version);

}  // namespace pgoprof
