#include "pgoprof/fetch/cloud_profiler.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "pgoprof/base/json_document.h"
#include "pgoprof/base/percent.h"
#include "pgoprof/fetch/access.h"
#include "pgoprof/fetch/cloud_profile_list.h"
#include "pgoprof/fetch/fixed_target.h"

namespace pgoprof {
namespace {

constexpr std::string_view kScheme = "gcp://";
constexpr std::uint64_t kDefaultProfiles = 100;
constexpr std::chrono::seconds kDefaultTimeout{60};  ///< of each request
constexpr int kPageSize = 100;                       ///< some MB: each profile comes with its content
constexpr int kMostPages = 10'000;

/// "gcp://PROJECT/TARGET?label=value"
struct Address {
    std::string project;
    std::string target;
    std::vector<std::pair<std::string, std::string>> labels{};
};

/// Where requests go.
struct Endpoints {
    HttpUrl list;
    HttpUrl token;  ///< of the metadata server
};

std::unexpected<Error> usage(std::string message) {
    return fail(ErrorCode::usage, std::move(message), "write gcp://PROJECT/TARGET, and ?LABEL=VALUE&... to choose");
}

Result<Address> parse_address(std::string_view text) {
    text.remove_prefix(kScheme.size());
    const auto question = std::min(text.find('?'), text.size());
    const auto slash = text.substr(0, question).find('/');
    if (slash == text.npos || slash == 0 || slash + 1 == question) return usage("no project and target");
    Address address{.project = percent_decode(text.substr(0, slash)),
                    .target = percent_decode(text.substr(slash + 1, question - slash - 1))};
    if (question == text.size()) return address;
    for (const auto part : std::views::split(text.substr(question + 1), '&')) {
        const std::string_view pair(part.begin(), part.end());
        const auto equals = pair.find('=');
        if (equals == pair.npos || equals == 0) return usage("a label without a value");
        address.labels.emplace_back(percent_decode(pair.substr(0, equals)), percent_decode(pair.substr(equals + 1)));
    }
    return address;
}

Result<Endpoints> endpoints(const std::string& project, const TargetOptions& options) {
    constexpr std::string_view kOverride = "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDPROFILER";
    std::string base = options.variable(kOverride).value_or("https://cloudprofiler.googleapis.com/");
    if (!base.ends_with('/')) base += '/';
    const auto list = parse_http_url(fmt::format("{}v2/projects/{}/profiles", base, percent_encode(project)));
    if (!list || list->has_user_info()) return usage(std::string(kOverride) + " is not an http or https URL");
    const auto token =
        parse_http_url(fmt::format("http://{}/computeMetadata/v1/instance/service-accounts/default/token",
                                   options.variable("GCE_METADATA_HOST").value_or("metadata.google.internal")));
    if (!token || token->has_user_info()) return usage("GCE_METADATA_HOST is not a host");
    return Endpoints{*list, *token};
}

bool is_header_value(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

CaptureFailure failed(CaptureFault fault, Error error) { return {.fault = fault, .error = std::move(error)}; }

/// {"error": {"code": 403, "message": "...", "status": "PERMISSION_DENIED"}}
CaptureFailure explain(const HttpResponse& response) {
    constexpr std::size_t kLongest = 400;
    CaptureFailure failure = explain_status(response);
    JsonDocument document;
    Budget budget(kMiB);
    std::string says;
    if (document.parse(response.body.view(), budget)) {
        const std::string_view message = document.root()["error"]["message"].string().value_or("");
        says = ": " + std::string(message.substr(0, std::min(message.find('\n'), kLongest)));
    }
    const bool denied = failure.fault == CaptureFault::denied;
    failure.error.message = fmt::format("Cloud Profiler {} (HTTP status {}){}", denied ? "denies access" : "refuses",
                                        response.status, says);
    failure.error.remedy =
        denied ? "the account needs the role roles/cloudprofiler.user, its token the scope cloud-platform or "
                 "monitoring, and the project the Cloud Profiler API"
               : "is the project's id right?";
    return failure;
}

/// First the token, unless a file has it; then the list, page by page.
class CloudExchange final : public Exchange {
public:
    CloudExchange(const Address& address, Endpoints endpoints, const TargetOptions& options)
        : endpoints_(std::move(endpoints)), options_(options), list_(filter(address, options), options.limits) {}

    Step first() override {
        if (options_.access.bearer_token_file.empty()) return ask_for_token();
        auto token = read_secret(options_.access.bearer_token_file);
        if (!token) return failed(CaptureFault::denied, std::move(token.error()));
        token_ = *std::move(token);
        return ask_for_page({});
    }

    Step next(HttpOutcome outcome) override { return token_.empty() ? take_token(outcome) : take_page(outcome); }

private:
    static CloudProfileFilter filter(const Address& address, const TargetOptions& options) {
        const Instant now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        return {.target = address.target,
                .labels = address.labels,
                .from = options.range.from.when_asked(now),
                .to = options.range.to.when_asked(now),
                .most = options.profiles.value_or(kDefaultProfiles)};
    }

    HttpRequest request(HttpUrl url) const {
        HttpRequest request{.url = std::move(url)};
        request.follow_redirects = false;
        options_.bound(request, kDefaultTimeout);
        return request;
    }

    /// Not through a proxy: the metadata server is the machine's own, and a token is not a proxy's business.
    Step ask_for_token() {
        last_ = request(endpoints_.token);
        last_.headers = {{"Metadata-Flavor", "Google"}};
        last_.proxy = "";
        return last_;
    }

    Step take_token(const HttpOutcome& outcome) {
        constexpr std::string_view kRemedy =
            "away from Google Cloud, give a token: gcloud auth print-access-token "
            "writes one for --bearer-token-file";
        if (!outcome) {
            CaptureFailure failure = explain_failure(outcome.error(), last_, std::chrono::seconds(0));
            failure.error.message = "no token from the metadata server: " + failure.error.message;
            failure.error.remedy = kRemedy;
            return failure;
        }
        JsonDocument document;
        Budget budget(kMiB);
        const bool answered = outcome->status == 200 && outcome->header("metadata-flavor") == "Google" &&
                              document.parse(outcome->body.view(), budget).has_value();
        const std::string_view token = answered ? document.root()["access_token"].string().value_or("") : "";
        if (!is_header_value(token)) {
            return failed(
                CaptureFault::denied,
                {.code = ErrorCode::network_failure,
                 .message = fmt::format("no token from the metadata server (HTTP status {})", outcome->status),
                 .remedy = std::string(kRemedy)});
        }
        token_ = token;
        return ask_for_page({});
    }

    Step ask_for_page(std::string page) {
        ++pages_;
        if (pages_ > kMostPages || (pages_ > 1 && page == page_)) {
            return failed(CaptureFault::malformed,
                          {.code = ErrorCode::network_failure, .message = "the list of profiles does not end"});
        }
        page_ = std::move(page);
        last_ = request(endpoints_.list);
        last_.url.query = fmt::format("pageSize={}", kPageSize);
        if (!page_.empty()) last_.url.query += "&pageToken=" + percent_encode(page_);
        last_.headers = {{"Authorization", "Bearer " + token_}};
        last_.tls = {.ca_file = options_.access.tls.ca_file, .insecure = options_.access.tls.insecure};
        return last_;
    }

    Step take_page(const HttpOutcome& outcome) {
        if (!outcome) return explain_failure(outcome.error(), last_, std::chrono::seconds(0));
        if (outcome->status != 200) return explain(*outcome);
        auto next = list_.add(*outcome);
        if (!next) {
            const bool large = next.error().code == ErrorCode::limit_exceeded;
            return failed(large ? CaptureFault::too_large : CaptureFault::malformed, std::move(next.error()));
        }
        if (!next->empty()) return ask_for_page(*std::move(next));
        auto profiles = list_.take();
        if (profiles.empty()) return no_match();
        return profiles;
    }

    Step no_match() const {
        const auto seen = list_.of_target();
        return failed(
            CaptureFault::no_match,
            {.code = ErrorCode::network_failure,
             .message = seen == 0 ? "the project has no CPU profile of that target"
                                  : fmt::format("none of the target's {} CPU profiles is of that time and has "
                                                "those labels",
                                                seen),
             .remedy = seen == 0 ? "the target is the name of the service, as its agent was given it"
                                 : "--from reaches further back"});
    }

    Endpoints endpoints_;
    TargetOptions options_;
    CloudProfileList list_;
    HttpRequest last_{.url = {}};
    std::string token_;
    std::string page_;
    int pages_ = 0;
};

}  // namespace

Result<std::unique_ptr<Target>> make_cloud_profiler(std::string_view text, const TargetOptions& options) {
    const auto address = parse_address(text);
    if (!address) return fail_in(text, address.error());
    const auto where = endpoints(address->project, options);
    if (!where) return fail_in(text, where.error());
    Source source{.name = std::string(text), .ask = [address = *address, where = *where, options] {
                      return std::make_unique<CloudExchange>(address, where, options);
                  }};
    return std::make_unique<FixedTarget>(std::move(source));
}

}  // namespace pgoprof
