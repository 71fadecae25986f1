#include "pgoprof/fetch/pyroscope.h"

#include <catch2/catch.hpp>

#include "pgoprof/base/bytes.h"

using namespace pgoprof;
using namespace std::string_view_literals;

namespace {

const Instant kNow{std::chrono::seconds(1'800'000'000)};

TargetOptions options_for(std::chrono::seconds length) {
    return {.range = {.from = {.at = kNow - length}, .to = {.at = kNow}}};
}

std::unique_ptr<Exchange> exchange_for(std::string_view text, std::chrono::seconds length = std::chrono::hours(1)) {
    const auto target = make_pyroscope(text, options_for(length));
    REQUIRE(target);
    return (*target)->sources({})->front().ask();
}

const std::string kTarget = R"(pyroscope+http://h:4040?query={service_name="api"})";

/// As protoc's --encode has it.
std::string question(std::string_view type, std::string_view selector, std::string_view times) {
    return "\x0a" + std::string(1, static_cast<char>(type.size())) + std::string(type) + "\x12" +
           std::string(1, static_cast<char>(selector.size())) + std::string(selector) + std::string(times) +
           "\x32\x02\x12" + '\0';
}

HttpResponse response(long status, std::string_view body, std::string type = "application/json") {
    HttpResponse response{.status = status, .headers = {{"content-type", std::move(type)}}};
    response.body.append(body);
    return response;
}

CaptureFailure failure(HttpOutcome outcome) {
    const auto exchange = exchange_for(kTarget);
    exchange->first();
    const Step step = exchange->next(std::move(outcome));
    REQUIRE(std::holds_alternative<CaptureFailure>(step));
    return std::get<CaptureFailure>(step);
}

CaptureFailure refusal(long status, std::string_view body) { return failure(response(status, body)); }

CaptureFailure answered(std::string_view body) { return failure(response(200, body, "application/proto")); }

bool is_empty(std::string_view body) {
    const auto exchange = exchange_for(kTarget);
    exchange->first();
    const Step step = exchange->next(response(200, body, "application/proto"));
    if (std::holds_alternative<CaptureFailure>(step))
        return std::get<CaptureFailure>(step).fault == CaptureFault::no_match;
    CHECK(std::get<std::vector<ProfileBody>>(step).front().bytes.text() == body);
    return false;
}

}  // namespace

TEST_CASE("Pyroscope is asked for whole stacks of all there is") {
    const Step step = exchange_for(kTarget)->first();
    const auto& request = std::get<HttpRequest>(step);
    CHECK(to_string(request.url) == "http://h:4040/querier.v1.QuerierService/SelectMergeProfile");
    CHECK(request.headers.empty());
    REQUIRE(request.body);
    CHECK(request.body->content_type == "application/proto");
    // 1'799'996'400'000 and 1'800'000'000'000 ms.
    CHECK(request.body->bytes == question("process_cpu:cpu:nanoseconds:cpu:nanoseconds", R"({service_name="api"})",
                                          "\x18\x80\xc3\x95\xc1\xb1\x34\x20\x80\xa0\xf1\xc2\xb1\x34"sv));
    CHECK(request.timeout == std::chrono::seconds(60));
    CHECK(request.max_body_bytes == 64 * kMiB);
}

TEST_CASE("A type and a tenant may be given") {
    const Step step = exchange_for(R"(pyroscope+https://u:p@h/prefix/?query=a:b:c:d:e{}&tenant=team-a)")->first();
    const auto& request = std::get<HttpRequest>(step);
    CHECK(to_string(request.url) == "https://h/prefix/querier.v1.QuerierService/SelectMergeProfile");
    CHECK(request.url.password == "p");
    CHECK(request.headers == HttpHeaders{{"X-Scope-OrgID", "team-a"}});
    CHECK(request.body->bytes ==
          question("a:b:c:d:e", "{}", "\x18\x80\xc3\x95\xc1\xb1\x34\x20\x80\xa0\xf1\xc2\xb1\x34"sv));
}

TEST_CASE("Headers cannot be smuggled in") { CHECK_FALSE(make_pyroscope(kTarget + "&tenant=a%0d%0aX-Evil:%20b", {})); }

TEST_CASE("Pyroscope is asked for a day at a time, since it refuses more") {
    const auto exchange = exchange_for(kTarget, std::chrono::hours(60));
    std::vector<std::string> asked;
    Step step = exchange->first();
    while (auto* const request = std::get_if<HttpRequest>(&step)) {
        asked.push_back(request->body->bytes);
        step = exchange->next(response(200, asked.size() == 2 ? "" : "\x12\x01x", "application/proto"));
    }
    CHECK(asked.size() == 3);
    CHECK(asked[0] != asked[1]);
    CHECK(std::get<std::vector<ProfileBody>>(step).size() == 2);
}

TEST_CASE("A profile without samples is no profile") {
    CHECK(is_empty(""));
    CHECK(is_empty("\x0a\x00\x32\x00"sv));                          // a sample type, a string
    CHECK(is_empty("\x0a\x00\x32\x00\x48\x80\x80\x01\x50\x01"sv));  // time and duration
    CHECK_FALSE(is_empty("\x0a\x00\x12\x02\x0a\x00"sv));
    // What is not pprof is for a decoder to explain.
    CHECK_FALSE(is_empty("<html>"));
    CHECK_FALSE(is_empty("\x0a"sv));
    CHECK_FALSE(is_empty("\x0a\x05"sv));
    CHECK_FALSE(is_empty("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"));
    CHECK(answered("").error.message == "the server has no such profile in this time");
}

TEST_CASE("What Pyroscope refuses is explained") {
    auto failure = refusal(400, R"({"code":"invalid_argument","message":"parse error: unexpected \"x\""})");
    CHECK(failure.fault == CaptureFault::http_status);
    CHECK(failure.error.message == R"(HTTP status 400: parse error: unexpected "x")");
    CHECK(failure.error.remedy.find("selector") != std::string::npos);

    failure = refusal(401, R"({"code":"unauthenticated","message":"no org id"})");
    CHECK(failure.fault == CaptureFault::denied);
    CHECK(failure.error.remedy.find("&tenant=") != std::string::npos);

    failure = refusal(401, R"({"code":"unauthenticated","message":"bad token"})");
    CHECK(failure.error.remedy.find("--bearer-token-file") != std::string::npos);

    failure = refusal(429, R"({"code":"resource_exhausted","message":"slow\ndown"})");
    CHECK(failure.status == 429);
    CHECK(failure.error.message == "HTTP status 429: slow");

    failure =
        refusal(400, R"({"code":"invalid_argument","message":"{\"code\":\"x\",\"message\":\"1:4: \\\"b\\\"\"}"})");
    CHECK(failure.error.message == R"(HTTP status 400: 1:4: "b")");
}

TEST_CASE("What comes from another server is explained, too") {
    CHECK(failure(response(404, "404 page not found\n", "text/plain")).fault == CaptureFault::not_found);
    CHECK(failure(response(503, "Ingester not ready", "text/plain")).error.message ==
          "HTTP status 503: Ingester not ready");
    CHECK(refusal(500, "{").error.message == "HTTP status 500");
    CHECK(refusal(500, R"({"message":[1]})").error.message == "HTTP status 500");
    CHECK(refusal(500, R"({"message":")" + std::string(5000, 'x') + "\"}").error.message.size() < 400);
    CHECK(failure(std::unexpected(HttpFailure{.fault = HttpFault::refused})).fault == CaptureFault::refused);
}
