#include "pgoprof/fetch/store_exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "pgoprof/base/gzip.h"
#include "pgoprof/base/json_document.h"
#include "pgoprof/fetch/fixed_target.h"

namespace pgoprof {
namespace {

/// Merging days of profiles takes a server a while.
constexpr std::chrono::seconds kPatience{60};

/// Takes a varint off the front of `bytes`; nullopt if there is no whole one.
std::optional<std::uint64_t> take_varint(ByteView& bytes) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
        const auto byte = std::to_integer<std::uint64_t>(bytes.front());
        bytes = bytes.subspan(1);
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80) return value;
    }
    return std::nullopt;
}

/// Whether a pprof message has not one sample (field 2). If it has fields that are not as pprof's are, a decoder is to
/// say what is wrong with it.
bool message_has_no_samples(ByteView profile) {
    while (!profile.empty()) {
        const auto tag = take_varint(profile);
        const auto value = tag ? take_varint(profile) : std::nullopt;
        const bool delimited = tag && (*tag & 7) == 2;
        if (!value || (!delimited && (*tag & 7) != 0)) return false;
        if (delimited && (*tag >> 3 == 2 || *value > profile.size())) return false;
        if (delimited) profile = profile.subspan(*value);
    }
    return true;
}

/// The same of a body as it came. One that inflates to more than a header does is taken to have samples.
bool has_no_samples(ByteView body) {
    if (!looks_gzipped(body)) return message_has_no_samples(body);
    Budget budget(64 * kKiB);
    Buffer inflated;
    return gunzip(body, budget, inflated) && message_has_no_samples(inflated.view());
}

CaptureFailure nothing_stored() {
    return {.fault = CaptureFault::no_match,
            .error = {.code = ErrorCode::invalid_content,
                      .message = "the server has no such profile in this time",
                      .remedy = "check the query in the server's UI; --from and --to give the time range"}};
}

class StoreExchange final : public Exchange {
public:
    StoreExchange(std::vector<HttpRequest> requests, const Access& access, const StoreProtocol& protocol)
        : requests_(std::move(requests)), access_(access), protocol_(protocol) {}

    Step first() override { return ask(); }

    Step next(HttpOutcome outcome) override {
        if (!outcome) return explain_failure(outcome.error(), requests_[asked_ - 1], std::chrono::seconds(0));
        auto answer = protocol_.read(*std::move(outcome));
        if (!answer) return std::move(answer.error());
        if (*answer && !has_no_samples((*answer)->bytes.view())) bodies_.push_back(**std::move(answer));
        return ask();
    }

private:
    Step ask() {
        if (asked_ == requests_.size() && bodies_.empty()) return nothing_stored();
        if (asked_ == requests_.size()) return std::move(bodies_);
        HttpRequest& request = requests_[asked_++];
        if (const auto granted = grant(access_, request); !granted) {
            return CaptureFailure{.fault = CaptureFault::denied, .error = granted.error()};
        }
        return request;
    }

    std::vector<HttpRequest> requests_;
    std::size_t asked_ = 0;
    std::vector<ProfileBody> bodies_;
    Access access_;
    StoreProtocol protocol_;
};

/// Of an error as JSON; empty if there is none.
std::string message_in(std::string_view json) {
    JsonDocument document;
    Budget budget(kMiB);
    if (!document.parse(as_bytes(json), budget)) return {};
    return std::string(document.root()["message"].string().value_or(""));
}

Instant now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

}  // namespace

std::unique_ptr<Target> make_store_target(const StoreAddress& address, StoreProtocol protocol,
                                          const TargetOptions& options) {
    const auto ask = [protocol = std::move(protocol), options] {
        const Instant asked = now();
        auto requests = protocol.requests(options.range.from.when_asked(asked), options.range.to.when_asked(asked));
        for (HttpRequest& request : requests) {
            request.connect_timeout = options.connect_timeout;
            request.timeout = options.timeout.count() != 0 ? options.timeout : kPatience;
        }
        return std::make_unique<StoreExchange>(std::move(requests), options.access, protocol);
    };
    return std::make_unique<FixedTarget>(Source{.name = address.name, .ask = ask});
}

CaptureFailure explain_api_error(const HttpResponse& response) {
    const std::string says = api_error_message(response);
    CaptureFailure failure = explain_status(response);
    if (!says.empty()) failure.error.message += fmt::format(": {}", says);
    if (response.status == 404 && says.empty()) {
        failure.fault = CaptureFault::not_found;
        failure.error.message = "no such page (HTTP status 404)";
        failure.error.remedy = "is this the server's own address? Behind a proxy, its URL may have a path before the ?";
    } else if (response.status / 100 == 3) {
        failure.fault = CaptureFault::redirect;
        failure.error.message = fmt::format("the redirect to {} is not followed", response.header("location"));
        failure.error.remedy = "name the server itself; a login page may stand in front of it";
    } else if (response.status == 400) {
        failure.error.remedy = "check the query: its type, and the selector in braces";
    }
    return failure;
}

std::string api_error_message(const HttpResponse& response) {
    constexpr std::size_t kLongest = 300;
    if (!response.header("content-type").starts_with("application/json")) return {};
    std::string message = message_in(response.body.text());
    // Pyroscope's frontend passes on what its querier answered.
    if (std::string inner = message_in(message); !inner.empty()) message = std::move(inner);
    message.resize(std::min({message.size(), message.find_first_of("\r\n"), kLongest}));
    return message;
}

}  // namespace pgoprof
