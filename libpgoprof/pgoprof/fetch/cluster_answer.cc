#include "pgoprof/fetch/cluster_answer.h"

#include <fmt/format.h>

#include <algorithm>

#include "pgoprof/base/json_document.h"

namespace pgoprof {
namespace {

constexpr std::size_t kLongestMessage = 400;

/// The message of a Status; nullopt if the answer is none.
std::optional<std::string> status_message(const HttpResponse& response) {
    if (!response.header("content-type").starts_with("application/json")) return std::nullopt;
    JsonDocument document;
    Budget budget(kMiB);
    if (!document.parse(response.body.view(), budget)) return std::nullopt;
    const JsonValue root = document.root();
    if (root["kind"].string() != "Status") return std::nullopt;
    const std::string_view message = root["message"].string().value_or("");
    return std::string(message.substr(0, std::min(message.find('\n'), kLongestMessage)));
}

struct Explanation {
    CaptureFault fault;
    std::string what;
    std::string remedy;
};

Explanation explain(long status, const std::string& message, const std::string& context) {
    if (message.find("error trying to reach service") != message.npos) {
        return {CaptureFault::http_status, "the API server cannot reach the pod",
                "does the server listen on that port, and on the pod's address instead of localhost?"};
    }
    switch (status) {
        case 401:
            return {CaptureFault::denied, "the API server does not take our credentials",
                    fmt::format("renew those of context \"{}\"; does `kubectl auth whoami` work?", context)};
        case 403:
            return {CaptureFault::denied, "the API server does not allow it",
                    "a Role must allow `list` on pods and `get` on pods/proxy: kubectl create role pgo-fetch "
                    "--verb=get,list --resource=pods,pods/proxy, and a RoleBinding"};
        case 404:
            return {CaptureFault::not_found, "the API server does not find it", "the pod may be gone by now"};
        default:
            return {CaptureFault::http_status, "the API server refuses", ""};
    }
}

}  // namespace

std::optional<CaptureFailure> explain_cluster_answer(const HttpResponse& response, const ClusterConfig& config) {
    if (response.status == 200) return std::nullopt;
    if (response.status >= 300 && response.status < 400) {
        return CaptureFailure{.fault = CaptureFault::redirect,
                              .error = {.code = ErrorCode::network_failure,
                                        .message = fmt::format("redirected (HTTP status {}) to {}", response.status,
                                                               response.header("location")),
                                        .remedy = "redirects are not followed with a cluster's credentials: name the "
                                                  "page that they lead to"},
                              .status = response.status};
    }
    const auto message = status_message(response);
    if (!message) return std::nullopt;
    CaptureFailure failure = explain_status(response);
    Explanation explanation = explain(response.status, *message, config.name);
    failure.fault = explanation.fault;
    failure.error.message = fmt::format("{} (HTTP status {})", explanation.what, response.status);
    if (!message->empty()) failure.error.message += ": " + *message;
    failure.error.remedy = std::move(explanation.remedy);
    return failure;
}

}  // namespace pgoprof
