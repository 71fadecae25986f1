// Go servers in the pods of a Kubernetes cluster, reached through its API server's proxy.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "pgoprof/base/result.h"
#include "pgoprof/fetch/source.h"

namespace pgoprof {

/// "k8s://shop/app=cart,tier!=test:6060/debug/pprof/profile"
struct PodsAddress {
    std::string name_space;  ///< empty: the context's
    std::string selector;    ///< as the API server takes it
    bool https = false;      ///< the pods speak TLS: ":https:6060"
    std::string port;        ///< a number, or a name that the pods give to one
    std::string path;
    std::string query;
};

/// Errors (usage): not of that form, or a query that gives `seconds`.
Result<PodsAddress> parse_pods_address(std::string_view text);

/// The pods that a label selector finds, each a source. Of the cluster, `find_cluster` says which it is, and what the
/// errors are; they and usage errors name the target. `sources` asks for the pods anew every time; those that are not
/// running and ready are left out, and told to `options.note`.
Result<std::unique_ptr<Target>> make_pods(std::string_view text, const TargetOptions& options);

}  // namespace pgoprof
