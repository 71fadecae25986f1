// Requests to the API server of a Kubernetes cluster.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "pgoprof/base/result.h"
#include "pgoprof/fetch/exec_credential.h"
#include "pgoprof/fetch/kubeconfig.h"

namespace pgoprof {

class Cluster {
public:
    /// `note` takes what an exec plugin says.
    explicit Cluster(ClusterConfig config, std::function<void(std::string)> note = {})
        : config_(std::move(config)), note_(std::move(note)) {}

    const ClusterConfig& config() const { return config_; }

    /// `path` is absolute and percent-encoded, as `query` is.
    HttpUrl url(std::string_view path, std::string query = {}) const;

    /// Gives a request, whose URL is one of ours, the user's credentials: reads the token's file, or runs the exec
    /// plugin where its last credentials are about to expire. Redirects are not followed from then on: what pods answer
    /// comes from the API server's origin, too, and must not send us around with the user's rights.
    Result<> authorize(HttpRequest& request);

    /// What the exec plugin gave was not good enough: it is asked again for the next request. False without a plugin.
    bool renew();

private:
    Result<> add_exec_credential(HttpRequest& request);

    ClusterConfig config_;
    std::function<void(std::string)> note_;
    std::optional<ExecCredential> credential_;
};

}  // namespace pgoprof
