#include "pgoprof/fetch/parca.h"

#include <catch2/catch.hpp>

using namespace pgoprof;

namespace {

const Instant kNow{std::chrono::seconds(1'800'000'000)};
const TargetOptions kOptions{.range = {.from = {.at = kNow - std::chrono::hours(72)}, .to = {.at = kNow}}};

std::unique_ptr<Exchange> exchange_for(std::string_view text) {
    const auto target = make_parca(text, kOptions);
    REQUIRE(target);
    return (*target)->sources({})->front().ask();
}

Step answered(long status, std::string_view body, std::string type = "application/json") {
    const auto exchange = exchange_for(R"(parca+http://h?query={job="api"})");
    exchange->first();
    HttpResponse response{.status = status, .headers = {{"content-type", std::move(type)}}};
    response.body.append(body);
    return exchange->next(std::move(response));
}

CaptureFailure failure(const Step& step) {
    REQUIRE(std::holds_alternative<CaptureFailure>(step));
    return std::get<CaptureFailure>(step);
}

}  // namespace

TEST_CASE("Parca is asked for one merged profile") {
    const Step step = exchange_for(R"(parca+https://u:p@h:7070/prefix?query={job="a b",x=~"c+|d"})")->first();
    const auto& request = std::get<HttpRequest>(step);
    CHECK_FALSE(request.body);
    CHECK(request.url.user == "u");
    CHECK(to_string(request.url) ==
          "https://h:7070/prefix/api/profiles/query?mode=MODE_MERGE&report_type=REPORT_TYPE_PPROF"
          "&merge.query=process_cpu%3Acpu%3Ananoseconds%3Acpu%3Ananoseconds%3Adelta"
          "%7Bjob%3D%22a%20b%22%2Cx%3D~%22c%2B%7Cd%22%7D"
          "&merge.start=2027-01-12T08%3A00%3A00Z&merge.end=2027-01-15T08%3A00%3A00Z");
    CHECK(request.max_body_bytes > 64 * kMiB / 3 * 4);
}

TEST_CASE("A type may be given to Parca") {
    const Step step = exchange_for("parca+http://h?query=a:b:c:d:e{}")->first();
    CHECK(std::get<HttpRequest>(step).url.query.find("merge.query=a%3Ab%3Ac%3Ad%3Ae%7B%7D&") != std::string::npos);
    CHECK_FALSE(make_parca("parca+http://h?query={}&tenant=x", {}));
}

TEST_CASE("The profile in Parca's answer is taken as it was") {
    const Step step = answered(200, R"({"total":"0","pprof":"H4sI/w==","filtered":"0"})");
    const auto& bodies = std::get<std::vector<ProfileBody>>(step);
    REQUIRE(bodies.size() == 1);
    CHECK(bodies.front().bytes.text() == "\x1f\x8b\x08\xff");
}

TEST_CASE("Answers of 200 without a profile are explained") {
    const auto body = GENERATE(as<std::string>(), "", "{", "{}", R"({"pprof":null})", R"({"pprof":7})",
                               R"({"pprof":"H4sI/w="})", "<html>Parca");
    CAPTURE(body);
    const auto why = failure(answered(200, body));
    CHECK(why.fault == CaptureFault::not_a_profile);
    CHECK(why.error.remedy.find("Parca") != std::string::npos);
}

TEST_CASE("Nothing stored, and no Parca at all, are told apart") {
    const auto nothing = failure(answered(404, R"({"code":5,"message":"could not find profile","details":[]})"));
    CHECK(nothing.fault == CaptureFault::no_match);
    CHECK(nothing.error.remedy.find("--from") != std::string::npos);
    // What Parca 0.28 answers.
    const auto empty = failure(answered(
        200,
        R"({"pprof":"H4sIAAAAAAAA/+Ji4WAUYDJiMGJOLig14s5LzMsvTk3Oz0sp9mho+Lfh18K+tb8Yo8CKAAEAAP//Ywyi2ysAAAA="})"));
    CHECK(empty.fault == CaptureFault::no_match);
    CHECK(failure(answered(404, "404 page not found", "text/plain")).fault == CaptureFault::not_found);
}

TEST_CASE("Redirects are not followed") {
    const Step step = exchange_for("parca+http://h?query={}")->first();
    CHECK_FALSE(std::get<HttpRequest>(step).follow_redirects);
    CHECK(failure(answered(302, "", "text/html")).fault == CaptureFault::redirect);
}

TEST_CASE("What Parca refuses is explained") {
    const auto why = failure(answered(400, R"({"code":3,"message":"failed to parse query","details":[]})"));
    CHECK(why.fault == CaptureFault::http_status);
    CHECK(why.error.message == "HTTP status 400: failed to parse query");
    CHECK(why.error.remedy.find("query") != std::string::npos);
}
