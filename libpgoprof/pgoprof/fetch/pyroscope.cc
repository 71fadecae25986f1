#include "pgoprof/fetch/pyroscope.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "pgoprof/fetch/store_exchange.h"

namespace pgoprof {
namespace {

constexpr std::string_view kDefaultType = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
constexpr std::string_view kMethod = "/querier.v1.QuerierService/SelectMergeProfile";
constexpr std::string_view kContentType = "application/proto";

/// More at once is refused by default (querier.max-query-length).
constexpr std::chrono::days kLongestQuestion{1};

/// Writes the fields of a protobuf message.
class Message {
public:
    Message& text(int field, std::string_view value) {
        varint(static_cast<std::uint64_t>(field) << 3 | 2);
        varint(value.size());
        bytes_ += value;
        return *this;
    }

    Message& number(int field, std::uint64_t value) {
        varint(static_cast<std::uint64_t>(field) << 3);
        varint(value);
        return *this;
    }

    const std::string& bytes() const { return bytes_; }

private:
    void varint(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
        bytes_ += static_cast<char>(value);
    }

    std::string bytes_;
};

std::uint64_t milliseconds(Instant instant) {
    const auto since = std::chrono::milliseconds(instant.time_since_epoch()).count();
    return static_cast<std::uint64_t>(std::max<std::int64_t>(since, 0));
}

/// What a question is made of, besides the time.
struct Subject {
    StoreAddress address;
    std::uint64_t max_body_bytes = 0;
};

/// querier.v1.SelectMergeProfileRequest. Its StackTraceSelector, with a GoPGO that keeps all locations, makes servers
/// since 1.7 give stacks whole and as they are, whatever their limits on nodes, and however they answer otherwise. It
/// has no max_nodes: servers cut to that many where they do not know GoPGO, and without to none.
std::string encode_question(const Subject& subject, Instant from, Instant to) {
    const Message keep_all;
    const Message selector = Message().text(2, keep_all.bytes());
    return Message()
        .text(1, subject.address.type)
        .text(2, subject.address.selector)
        .number(3, milliseconds(from))
        .number(4, milliseconds(to))
        .text(6, selector.bytes())
        .bytes();
}

CaptureFailure explain_refusal(const HttpResponse& response) {
    CaptureFailure failure = explain_api_error(response);
    const std::string says = api_error_message(response);
    if (says.find("org id") != says.npos) {
        failure.error.remedy = "this server has tenants: append &tenant=NAME to the query";
    }
    return failure;
}

StoreAnswer read_answer(HttpResponse response) {
    if (response.status != 200) return std::unexpected(explain_refusal(response));
    std::string content_type(response.header("content-type"));
    return ProfileBody{.bytes = std::move(response.body), .content_type = std::move(content_type)};
}

HttpRequest ask_for(const Subject& subject, Instant from, Instant to) {
    HttpRequest request{.url = subject.address.server, .max_body_bytes = subject.max_body_bytes};
    request.url.path += kMethod;
    request.body = HttpBody{.content_type = std::string(kContentType), .bytes = encode_question(subject, from, to)};
    const auto tenant = subject.address.parameters.find("tenant");
    if (tenant != subject.address.parameters.end()) request.headers.emplace_back("X-Scope-OrgID", tenant->second);
    return request;
}

std::vector<HttpRequest> ask_for_days(const Subject& subject, Instant from, Instant to) {
    std::vector<HttpRequest> requests;
    for (; from < to; from += kLongestQuestion) {
        requests.push_back(ask_for(subject, from, std::min<Instant>(to, from + kLongestQuestion)));
    }
    return requests;
}

Result<> check_parameters(const Subject& subject) {
    const auto& parameters = subject.address.parameters;
    if (const auto tenant = parameters.find("tenant"); tenant != parameters.end()) {
        const auto fit = [](unsigned char c) { return c > 0x20 && c < 0x7f; };
        if (!std::ranges::all_of(tenant->second, fit)) {
            return fail(ErrorCode::usage, "a tenant is named in printable ASCII, without spaces");
        }
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<Target>> make_pyroscope(std::string_view text, const TargetOptions& options) {
    auto address = parse_store_address("pyroscope", text, {"tenant"});
    if (!address) return fail(address.error());
    Subject subject{.address = *std::move(address), .max_body_bytes = options.limits.input_bytes};
    if (subject.address.type.empty()) subject.address.type = kDefaultType;
    if (const auto sound = check_parameters(subject); !sound) return fail_in(subject.address.name, sound.error());
    const auto requests = [subject](Instant from, Instant to) { return ask_for_days(subject, from, to); };
    return make_store_target(subject.address, {.requests = requests, .read = read_answer}, options);
}

}  // namespace pgoprof
