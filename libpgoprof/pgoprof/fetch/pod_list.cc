#include "pgoprof/fetch/pod_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "pgoprof/base/json_document.h"

namespace pgoprof {
namespace {

/// Names are 253 characters long at most.
std::string text(JsonValue value) { return std::string(value.string().value_or("").substr(0, 254)); }

/// What a pod may be called: a DNS subdomain. Anything else would not stay within its segment of a path.
bool is_pod_name(std::string_view name) {
    return !name.empty() && name.size() <= 253 && name.front() != '.' && std::ranges::all_of(name, [](unsigned char c) {
        return (std::isalnum(c) != 0 && std::isupper(c) == 0) || c == '-' || c == '.';
    });
}

bool is_number(std::string_view port) { return std::isdigit(static_cast<unsigned char>(port.front())) != 0; }

bool is_ready(JsonValue pod) {
    for (const JsonValue condition : pod["status"]["conditions"]) {
        if (condition["type"].string() == "Ready") return condition["status"].string() == "True";
    }
    return false;
}

std::optional<std::string> named_port(JsonValue pod, std::string_view name) {
    for (const JsonValue container : pod["spec"]["containers"]) {
        for (const JsonValue port : container["ports"]) {
            if (port["name"].string() != name) continue;
            if (const auto number = port["containerPort"].integer()) return std::to_string(*number);
        }
    }
    return std::nullopt;
}

/// Why a pod cannot be asked; empty if it can.
std::string hindrance(JsonValue pod) {
    if (pod["metadata"]["deletionTimestamp"].exists()) return "terminating";
    const std::string phase = text(pod["status"]["phase"]);
    if (phase != "Running") return phase.empty() ? "in no phase" : phase;
    return is_ready(pod) ? "" : "not ready";
}

void add(JsonValue pod, std::string_view port, PodList& out) {
    const std::string name = text(pod["metadata"]["name"]);
    std::string why = hindrance(pod);
    const auto number = is_number(port) ? std::optional(std::string(port)) : named_port(pod, port);
    if (why.empty() && !is_pod_name(name)) why = "not a name of a pod";
    if (why.empty() && !number) why = fmt::format("no port \"{}\"", port);
    if (why.empty()) {
        out.usable.push_back({name, *number});
    } else {
        out.left_out.push_back(fmt::format("{} ({})", name, why));
    }
}

}  // namespace

Result<std::string> read_pod_list(const HttpResponse& response, std::string_view port, const Limits& limits,
                                  PodList& out) {
    JsonDocument document;
    Budget budget(limits.decode_budget(response.body.size()));
    if (const auto parsed = document.parse(response.body.view(), budget); !parsed) return fail(parsed.error());
    const JsonValue root = document.root();
    if (response.status != 200 || root["kind"].string() != "PodList") {
        return fail({.message = "the API server's answer is no list of pods",
                     .remedy = "does the kubeconfig name a Kubernetes API server?"});
    }
    for (const JsonValue pod : root["items"]) add(pod, port, out);
    return std::string(root["metadata"]["continue"].string().value_or(""));
}

std::string describe_left_out(const PodList& pods) {
    constexpr std::size_t kShown = 5;
    std::string names;
    for (std::size_t i = 0; i < std::min(kShown, pods.left_out.size()); ++i) {
        names += (i == 0 ? "" : ", ") + pods.left_out[i];
    }
    if (pods.left_out.size() > kShown) names += fmt::format(" and {} more", pods.left_out.size() - kShown);
    return fmt::format("{} pod{} left out: {}", pods.left_out.size(), pods.left_out.size() == 1 ? "" : "s", names);
}

}  // namespace pgoprof
