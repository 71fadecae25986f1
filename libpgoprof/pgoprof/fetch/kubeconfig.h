// How to reach a Kubernetes cluster, and as whom: from kubeconfig files, or from within a pod.
// https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pgoprof/base/result.h"
#include "pgoprof/fetch/source.h"
#include "pgoprof/io/http.h"

namespace pgoprof {

/// A program that gives credentials: see exec_credential.h.
struct ExecPlugin {
    std::string api_version;  ///< "client.authentication.k8s.io/v1", or v1beta1
    std::string command;
    std::vector<std::string> arguments{};
    std::vector<std::pair<std::string, std::string>> environment{};
    std::string install_hint{};
    bool provide_cluster_info = false;

    friend bool operator==(const ExecPlugin&, const ExecPlugin&) = default;
};

struct ClusterConfig {
    std::string name;  ///< of the context, for messages
    HttpUrl server;    ///< of the API server; its path is the prefix of all others
    HttpTls tls{};
    std::optional<std::string> proxy{};
    std::string name_space = "default";

    std::string token{};
    std::string token_file{};  ///< read anew for every request, since tokens are renewed
    std::string user{};
    std::string password{};
    HttpHeaders impersonation{};
    std::optional<ExecPlugin> exec{};
};

/// As kubectl finds it: `options.kubeconfig`, else the files of KUBECONFIG, else ~/.kube/config, of which the context
/// is `options.context` or the current one; without any, the service account of the pod that we run in, whose files are
/// below `service_account`. Of several files, the first to name something says what it is. Errors: a file cannot be
/// read or is no kubeconfig, a name leads nowhere, what we do not support. They show no credentials.
Result<ClusterConfig> find_cluster(
    const TargetOptions& options, const std::string& service_account = "/var/run/secrets/kubernetes.io/serviceaccount");

}  // namespace pgoprof
