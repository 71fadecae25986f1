#include "pgoprof/fetch/datadog.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "pgoprof/base/json_document.h"
#include "pgoprof/base/json_text.h"
#include "pgoprof/base/trim.h"
#include "pgoprof/fetch/fixed_target.h"
#include "pgoprof/fetch/zip_entries.h"

namespace pgoprof {
namespace {

constexpr std::string_view kScheme = "datadog:";
constexpr std::uint64_t kDefaultProfiles = 5;
constexpr std::chrono::seconds kDefaultTimeout{60};

using Queries = std::vector<std::string>;

std::unexpected<Error> usage(std::string message, std::string remedy) {
    return fail(ErrorCode::usage, std::move(message), std::move(remedy));
}

/// Of profiles in other languages that match too, nothing can be made.
std::string go_only(std::string_view query) {
    const auto says = [&](std::string_view words) { return query.find(words) != query.npos; };
    return std::string(query) + (says("language:go") || says("runtime:go") ? "" : " runtime:go");
}

Result<Queries> parse_queries(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r\n";
    Queries queries;
    for (const auto part : std::views::split(text.substr(kScheme.size()), ';')) {
        const std::string_view query = trim({part.begin(), part.end()}, kBlanks);
        if (!query.empty()) queries.push_back(go_only(query));
    }
    if (queries.empty()) return usage("no query", "write datadog:'service:cart env:prod'");
    return queries;
}

/// What is asked of every query: the profiles that used most CPU.
Json search(const std::string& query, const TimeRange& range, std::uint64_t limit) {
    const Instant now = std::chrono::round<std::chrono::seconds>(std::chrono::system_clock::now());
    return {{"filter",
             {{"from", format_rfc3339(range.from.when_asked(now))},
              {"to", format_rfc3339(range.to.when_asked(now))},
              {"query", query}}},
            {"sort", {{"order", "desc"}, {"field", "@metrics.core_cpu_cores"}}},
            {"limit", limit}};
}

/// The first of {"errors": ["..."]}; empty if there is none.
std::string error_text(const HttpResponse& response) {
    constexpr std::size_t kLongest = 300;
    JsonDocument document;
    Budget budget(kMiB);
    if (!document.parse(response.body.view(), budget)) return plain_text(response);
    for (const JsonValue error : document.root()["errors"]) {
        const std::string_view text = error.string().value_or("");
        return std::string(text.substr(0, std::min(text.find('\n'), kLongest)));
    }
    return {};
}

CaptureFailure explain(const HttpResponse& response) {
    CaptureFailure failure = explain_status(response);
    const std::string says = error_text(response);
    const bool denied = failure.fault == CaptureFault::denied;
    failure.error.message = fmt::format("{} (HTTP status {}){}{}", denied ? "Datadog denies access" : "Datadog refuses",
                                        response.status, says.empty() ? "" : ": ", says);
    failure.error.remedy = denied ? "are DD_API_KEY and DD_APP_KEY right, and of the organization at DD_SITE?"
                                  : "does the query find profiles in Datadog's profile explorer, and is DD_SITE right?";
    return failure;
}

CaptureFailure unusable(CaptureFault fault, Error error) { return {.fault = fault, .error = std::move(error)}; }

class DatadogExchange final : public Exchange {
public:
    DatadogExchange(HttpRequest request, Queries queries, const TargetOptions& options)
        : request_(std::move(request)),
          queries_(std::move(queries)),
          range_(options.range),
          profiles_(options.profiles.value_or(kDefaultProfiles)),
          limits_(options.limits) {}

    Step first() override {
        Json searches = Json::array();
        for (const std::string& query : queries_) searches.push_back(search(query, range_, profiles_));
        request_.body = {.content_type = "application/json", .bytes = to_compact_text({{"queries", searches}})};
        return request_;
    }

    Step next(HttpOutcome outcome) override {
        if (!outcome) return explain_failure(outcome.error(), request_, std::chrono::seconds(0));
        if (outcome->status < 200 || outcome->status > 299) return explain(*outcome);
        Budget budget(limits_.decode_budget(outcome->body.size()));
        auto files = unzip(outcome->body.view(), budget);
        if (!files) {
            const auto fault = files.error().code == ErrorCode::limit_exceeded            ? CaptureFault::too_large
                               : outcome->header("content-type").starts_with("text/html") ? CaptureFault::html
                                                                                          : CaptureFault::not_a_profile;
            return unusable(fault, std::move(files.error()));
        }
        if (files->empty()) {
            return unusable(CaptureFault::no_match,
                            {.code = ErrorCode::network_failure,
                             .message = "no profile matches",
                             .remedy = "does the query find profiles in Datadog's profile explorer? --from reaches "
                                       "further back"});
        }
        std::vector<ProfileBody> bodies;
        for (Buffer& file : *files) bodies.push_back({.bytes = std::move(file)});
        return bodies;
    }

private:
    HttpRequest request_;
    Queries queries_;
    TimeRange range_;
    std::uint64_t profiles_;
    Limits limits_;
};

Result<std::string> key(const TargetOptions& options, std::string_view name) {
    const std::string value = options.variable(name).value_or("");
    const std::string_view text = trim(value, " \t\r\n");
    if (text.empty()) {
        return usage(fmt::format("{} is not set", name),
                     "give DD_API_KEY and DD_APP_KEY in the environment, and DD_SITE if it is not datadoghq.com");
    }
    const auto is_printable = [](char c) { return c > ' ' && c <= '~'; };
    if (!std::ranges::all_of(text, is_printable)) return usage(fmt::format("{} is not a key", name), "");
    return std::string(text);
}

/// A host, and perhaps a port: what else might stand there would send the keys elsewhere.
Result<HttpUrl> endpoint(const TargetOptions& options) {
    const std::string site = options.variable("DD_SITE").value_or("datadoghq.com");
    const auto url = parse_http_url(fmt::format("https://app.{}/api/unstable/profiles/gopgo", site));
    if (!url || url->has_user_info() || url->path != "/api/unstable/profiles/gopgo" || !url->query.empty()) {
        return usage("DD_SITE is not a site", "it is a host such as datadoghq.com or us5.datadoghq.com");
    }
    return *url;
}

}  // namespace

Result<std::unique_ptr<Target>> make_datadog(std::string_view text, const TargetOptions& options) {
    auto queries = parse_queries(text);
    if (!queries) return fail_in(text, queries.error());
    const auto api_key = key(options, "DD_API_KEY");
    if (!api_key) return fail_in(text, api_key.error());
    const auto app_key = key(options, "DD_APP_KEY");
    if (!app_key) return fail_in(text, app_key.error());
    const auto url = endpoint(options);
    if (!url) return fail_in(text, url.error());

    HttpRequest request{.url = *url, .headers = {{"DD-APPLICATION-KEY", *app_key}, {"DD-API-KEY", *api_key}}};
    request.tls = {.ca_file = options.access.tls.ca_file, .insecure = options.access.tls.insecure};
    options.bound(request, kDefaultTimeout);
    Source source{.name = std::string(text),
                  .treatment = {.drop_labels = true, .tame_inlining = options.tame_inlining},
                  .ask = [request, queries = *std::move(queries), options] {
                      return std::make_unique<DatadogExchange>(request, queries, options);
                  }};
    return std::make_unique<FixedTarget>(std::move(source));
}

}  // namespace pgoprof
