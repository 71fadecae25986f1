// What the API server of a Kubernetes cluster answers when it does not do what it was asked.
#pragma once

#include <optional>

#include "pgoprof/fetch/capture.h"
#include "pgoprof/fetch/kubeconfig.h"
#include "pgoprof/io/http.h"

namespace pgoprof {

/// nullopt for status 200, and for what a pod answered instead of the API server. The latter's own failures are known
/// by their content: a Status, whose message is passed on.
std::optional<CaptureFailure> explain_cluster_answer(const HttpResponse& response, const ClusterConfig& config);

}  // namespace pgoprof
