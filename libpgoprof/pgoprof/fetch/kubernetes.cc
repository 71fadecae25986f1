#include "pgoprof/fetch/kubernetes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <ranges>

#include "pgoprof/base/percent.h"
#include "pgoprof/fetch/cluster.h"
#include "pgoprof/fetch/cluster_answer.h"
#include "pgoprof/fetch/pod_list.h"
#include "pgoprof/fetch/pprof_server.h"

namespace pgoprof {
namespace {

constexpr std::string_view kScheme = "k8s://";
constexpr std::string_view kForm =
    "write k8s://NAMESPACE/LABEL=VALUE:PORT, and a path if it is not /debug/pprof/profile";
constexpr std::chrono::seconds kListTimeout{60};
constexpr int kMostPages = 400;  ///< of 500 pods: more than a cluster can have

std::unexpected<Error> usage(std::string message) {
    return fail(ErrorCode::usage, std::move(message), std::string(kForm));
}

/// Of a namespace, or a port's name: what DNS allows in a label, so that nothing else gets into a path.
bool is_label(std::string_view text) {
    return !text.empty() && text.size() <= 63 && std::ranges::all_of(text, [](unsigned char c) {
        return (std::isalnum(c) != 0 && std::isupper(c) == 0) || c == '-';
    });
}

/// A number from 1 to 65535, or a name.
bool is_port(std::string_view text) {
    if (!std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; })) return is_label(text);
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && number != 0;
}

bool gives_seconds(std::string_view query) {
    return std::ranges::any_of(std::views::split(query, '&'), [](const auto part) {
        return percent_decode({part.begin(), part.end()}).starts_with("seconds");
    });
}

bool is_name(std::string_view name, std::string_view lower_case) {
    return std::ranges::equal(name, lower_case, {}, [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
}

/// What the user gave for all targets may be for the pods' servers; but who we are to the cluster, its configuration
/// says alone.
Access for_pods(const Access& access) {
    Access result;
    std::ranges::copy_if(access.headers, std::back_inserter(result.headers), [](const auto& header) {
        return !is_name(header.first, "authorization") && !is_name(header.first.substr(0, 12), "impersonate-");
    });
    return result;
}

/// A capture as any other server's, through the API server.
class PodExchange final : public Exchange {
public:
    PodExchange(std::unique_ptr<Exchange> inner, std::shared_ptr<Cluster> cluster)
        : inner_(std::move(inner)), cluster_(std::move(cluster)) {}

    Step first() override {
        Step step = inner_->first();
        if (const auto* request = std::get_if<HttpRequest>(&step)) unauthorized_ = *request;
        return std::holds_alternative<HttpRequest>(step) ? authorized() : std::move(step);
    }

    Step next(HttpOutcome outcome) override {
        if (!outcome) return inner_->next(std::move(outcome));
        if (outcome->status == 401 && !std::exchange(renewed_, true) && cluster_->renew()) return authorized();
        if (auto failure = explain_cluster_answer(*outcome, cluster_->config())) return *std::move(failure);
        return inner_->next(std::move(outcome));
    }

private:
    Step authorized() const {
        HttpRequest request = unauthorized_;
        if (const auto done = cluster_->authorize(request); !done) {
            return CaptureFailure{.fault = CaptureFault::denied, .error = done.error()};
        }
        return request;
    }

    std::unique_ptr<Exchange> inner_;
    std::shared_ptr<Cluster> cluster_;
    HttpRequest unauthorized_{.url = {}};
    bool renewed_ = false;
};

class Pods final : public Target {
public:
    Pods(std::string_view name, PodsAddress address, ClusterConfig config, const TargetOptions& options)
        : name_(name),
          address_(std::move(address)),
          options_(options),
          cluster_(std::make_shared<Cluster>(std::move(config), options.note)) {
        if (address_.name_space.empty()) address_.name_space = cluster_->config().name_space;
        options_.access = for_pods(options.access);
    }

    const std::string& name() const override { return name_; }

    Result<std::vector<Source>> sources(const Ask& ask) override {
        PodList pods;
        if (const auto listed = list(ask, pods); !listed) return fail_in(name_, listed.error());
        if (pods.usable.empty()) return fail_in(name_, explain_none(ask, pods));
        if (!pods.left_out.empty() && options_.note)
            options_.note(fmt::format("{}: {}", name_, describe_left_out(pods)));
        std::vector<Source> sources;
        sources.reserve(pods.usable.size());
        for (const Pod& pod : pods.usable) sources.push_back(source(pod));
        return sources;
    }

private:
    std::string namespace_path() const { return "/api/v1/namespaces/" + address_.name_space; }

    Result<> list(const Ask& ask, PodList& pods) const {
        std::string resume;
        for (int page = 0; page < kMostPages; ++page) {
            std::string query = "limit=500&labelSelector=" + percent_encode(address_.selector);
            if (!resume.empty()) query += "&continue=" + percent_encode(resume);
            auto response = get(ask, cluster_->url(namespace_path() + "/pods", std::move(query)));
            if (!response) return fail(response.error());
            if (response->status == 410 && !resume.empty()) {  // it took us too long: the list has to begin anew
                pods = {};
                resume.clear();
                continue;
            }
            if (auto failure = explain_cluster_answer(*response, cluster_->config())) return fail(failure->error);
            auto next = read_pod_list(*response, address_.port, options_.limits, pods);
            if (!next) return fail(next.error());
            if (next->empty()) return {};
            resume = *std::move(next);
        }
        return fail(ErrorCode::limit_exceeded, "the API server's list of pods does not end");
    }

    /// One answer, whatever its status; what a plugin gave is renewed where it is refused.
    Result<HttpResponse> get(const Ask& ask, const HttpUrl& url) const {
        for (bool renewed = false;; renewed = true) {
            HttpRequest request{.url = url, .headers = {{"Accept", "application/json"}}};
            request.connect_timeout = options_.connect_timeout;
            request.timeout = kListTimeout;
            request.max_body_bytes = options_.limits.input_bytes;
            if (const auto done = cluster_->authorize(request); !done) return fail(done.error());
            auto outcome = ask(request);
            if (!outcome) return fail(explain_failure(outcome.error(), request, std::chrono::seconds(0)).error);
            if (outcome->status != 401 || renewed || !cluster_->renew()) return *std::move(outcome);
        }
    }

    /// Nothing to ask. The API server lists no pods of a namespace that does not exist, too.
    Error explain_none(const Ask& ask, const PodList& pods) const {
        if (!pods.left_out.empty()) {
            return {.code = ErrorCode::network_failure,
                    .message = "no pod to ask: " + describe_left_out(pods),
                    .remedy = "only pods that are running and ready are asked"};
        }
        if (const auto response = get(ask, cluster_->url(namespace_path())); response && response->status == 404) {
            return {.code = ErrorCode::network_failure,
                    .message = fmt::format("the cluster has no namespace \"{}\"", address_.name_space),
                    .remedy = fmt::format("is \"{}\" the right context?", cluster_->config().name)};
        }
        return {.code = ErrorCode::network_failure,
                .message = fmt::format("no pod of namespace \"{}\" matches", address_.name_space),
                .remedy = fmt::format("kubectl -n {} get pods -l '{}' lists those that do", address_.name_space,
                                      address_.selector)};
    }

    Source source(const Pod& pod) const {
        const std::string place = fmt::format("{}{}:{}", address_.https ? "https:" : "", pod.name, pod.port);
        const std::chrono::seconds seconds = options_.seconds.value_or(kDefaultCapture);
        HttpRequest request{
            .url = cluster_->url(
                fmt::format("{}/pods/{}/proxy{}", namespace_path(), place, address_.path),
                fmt::format("{}{}seconds={}", address_.query, address_.query.empty() ? "" : "&", seconds.count()))};
        Source source =
            pprof_source(fmt::format("{}{}/{}:{}{}", kScheme, address_.name_space, pod.name, pod.port, address_.path),
                         std::move(request), seconds, options_);
        source.ask = [ask = source.ask, cluster = cluster_] { return std::make_unique<PodExchange>(ask(), cluster); };
        return source;
    }

    std::string name_;
    PodsAddress address_;
    TargetOptions options_;
    std::shared_ptr<Cluster> cluster_;
};

}  // namespace

Result<PodsAddress> parse_pods_address(std::string_view text) {
    if (!text.starts_with(kScheme)) return usage("not a k8s:// target");
    text.remove_prefix(kScheme.size());
    const auto slash = text.find('/');
    const auto colon = text.find(':');
    if (slash == text.npos || colon == text.npos || colon < slash) return usage("no namespace, selector and port");
    PodsAddress address{.name_space = std::string(text.substr(0, slash)),
                        .selector = std::string(text.substr(slash + 1, colon - slash - 1)),
                        .port = {},
                        .path = "/debug/pprof/profile",
                        .query = {}};
    text.remove_prefix(colon + 1);
    if (text.starts_with("https:")) {
        address.https = true;
        text.remove_prefix(6);
    }
    address.port = text.substr(0, text.find_first_of("/?"));
    text.remove_prefix(address.port.size());
    const auto question = std::min(text.find('?'), text.size());
    if (question > 1) address.path = text.substr(0, question);
    if (question < text.size()) address.query = text.substr(question + 1);

    if (!address.name_space.empty() && !is_label(address.name_space)) return usage("the namespace is not a name");
    if (address.selector.empty()) return usage("no label selector");
    if (!is_port(address.port)) return usage("the port is neither a number from 1 to 65535 nor a name");
    if (address.path.find_first_of(" #") != address.path.npos) return usage("the path is not one of a URL");
    if (gives_seconds(address.query)) {
        return fail(ErrorCode::usage, "the query gives seconds", "give them with --seconds");
    }
    return address;
}

Result<std::unique_ptr<Target>> make_pods(std::string_view text, const TargetOptions& options) {
    auto address = parse_pods_address(text);
    if (!address) return fail_in(text, address.error());
    auto config = find_cluster(options);
    if (!config) return fail_in(text, config.error());
    return std::make_unique<Pods>(text, *std::move(address), *std::move(config), options);
}

}  // namespace pgoprof
