#include "pgoprof/fetch/parca.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "pgoprof/base/base64.h"
#include "pgoprof/base/json_document.h"
#include "pgoprof/base/percent.h"
#include "pgoprof/fetch/store_exchange.h"

namespace pgoprof {
namespace {

constexpr std::string_view kDefaultType = "process_cpu:cpu:nanoseconds:cpu:nanoseconds:delta";

/// Of JSON around a profile.
constexpr std::uint64_t kWrapping = 4 * kKiB;

std::unexpected<CaptureFailure> unusable(std::string message) {
    return std::unexpected<CaptureFailure>(
        {.fault = CaptureFault::not_a_profile,
         .error = {.code = ErrorCode::invalid_content,
                   .message = std::move(message),
                   .remedy = "is this the address of a Parca server? Its API is at /api/profiles/query"}});
}

/// 404 with a message is what Parca answers where it has nothing; without, it is no Parca.
StoreAnswer read_error(const HttpResponse& response) {
    if (response.status == 404 && !api_error_message(response).empty()) return std::nullopt;
    return std::unexpected(explain_api_error(response));
}

StoreAnswer read_answer(const Limits& limits, const HttpResponse& response) {
    if (response.status != 200) return read_error(response);
    JsonDocument document;
    Budget budget(limits.decode_budget(response.body.size()));
    if (!document.parse(response.body.view(), budget)) return unusable("the answer is not JSON");
    const auto text = document.root()["pprof"].string();
    auto profile = text ? decode_base64(*text) : std::nullopt;
    if (!profile) return unusable("the answer has no profile in base64");
    return ProfileBody{.bytes = *std::move(profile)};
}

HttpRequest make_request(const StoreAddress& address, const Limits& limits, Instant from, Instant to) {
    HttpRequest request{.url = address.server, .follow_redirects = false};
    request.url.path += "/api/profiles/query";
    request.url.query =
        fmt::format("mode=MODE_MERGE&report_type=REPORT_TYPE_PPROF&merge.query={}&merge.start={}&merge.end={}",
                    percent_encode(address.type + address.selector), percent_encode(format_rfc3339(from)),
                    percent_encode(format_rfc3339(to)));
    request.max_body_bytes = (limits.input_bytes + 2) / 3 * 4 + kWrapping;
    return request;
}

}  // namespace

Result<std::unique_ptr<Target>> make_parca(std::string_view text, const TargetOptions& options) {
    auto address = parse_store_address("parca", text, {});
    if (!address) return fail(address.error());
    if (address->type.empty()) address->type = kDefaultType;
    const auto requests = [address = *address, limits = options.limits](Instant from, Instant to) {
        return std::vector{make_request(address, limits, from, to)};
    };
    const auto read = [limits = options.limits](const HttpResponse& response) { return read_answer(limits, response); };
    return make_store_target(*address, {.requests = requests, .read = read}, options);
}

}  // namespace pgoprof
