#include "pgoprof/fetch/capture.h"

#include <catch2/catch.hpp>

#include "pgoprof/base/gzip.h"
#include "pgoprof/fetch/pprof_server.h"
#include "profile.pb.h"

using namespace pgoprof;

namespace {

using perftools::profiles::Profile;

std::int64_t intern(Profile& profile, const std::string& text) {
    for (int i = 0; i < profile.string_table_size(); ++i) {
        if (profile.string_table(i) == text) return i;
    }
    profile.add_string_table(text);
    return profile.string_table_size() - 1;
}

/// As Go's runtime writes it: `samples` samples of 10 ms each in main.main.
Profile profile_of(const std::vector<std::pair<std::string, std::string>>& types, int samples) {
    Profile profile;
    profile.add_string_table("");
    for (const auto& [type, unit] : types) {
        auto* added = profile.add_sample_type();
        added->set_type(intern(profile, type));
        added->set_unit(intern(profile, unit));
    }
    auto* function = profile.add_function();
    function->set_id(1);
    function->set_name(intern(profile, "main.main"));
    function->set_start_line(1);
    auto* location = profile.add_location();
    location->set_id(1);
    location->add_line()->set_function_id(1);
    for (int i = 0; i < samples; ++i) {
        auto* sample = profile.add_sample();
        sample->add_location_id(1);
        for (std::size_t column = 0; column < types.size(); ++column) sample->add_value(column == 0 ? 2 : 20'000'000);
    }
    profile.set_duration_nanos(1'000'000'000);
    return profile;
}

Profile cpu_profile(int samples) { return profile_of({{"samples", "count"}, {"cpu", "nanoseconds"}}, samples); }

Buffer gzipped(const Profile& profile) { return gzip(as_bytes(profile.SerializeAsString())); }

struct Capture : CaptureFigures {
    std::string body;
};

using CaptureResult = std::expected<Capture, CaptureFailure>;

/// What it amounts to if a server of net/http/pprof answers so.
CaptureResult given(HttpOutcome outcome, std::chrono::seconds timeout = {}) {
    const TargetOptions options{.seconds = std::chrono::seconds(5), .timeout = timeout};
    const auto target = *make_pprof_server("http://user:hunter2@h:1", options);
    const auto exchange = target->sources({})->front().ask();
    REQUIRE(std::holds_alternative<HttpRequest>(exchange->first()));
    const Step step = exchange->next(std::move(outcome));
    if (const auto* failure = std::get_if<CaptureFailure>(&step)) return std::unexpected(*failure);
    const ProfileBody& body = std::get<std::vector<ProfileBody>>(step).front();
    Loader loader(options.limits);
    const auto captured = read_capture(loader, body);
    if (!captured) return std::unexpected(captured.error());
    return Capture{captured->figures, std::string(body.bytes.text())};
}

CaptureResult answered(long status, std::string_view body, std::string type = "text/plain; charset=utf-8") {
    HttpResponse response{.status = status, .headers = {{"content-type", std::move(type)}}};
    response.body.append(body);
    return given(std::move(response));
}

CaptureResult served(ByteView body) { return answered(200, as_text(body), "application/octet-stream"); }

struct Expected {
    CaptureFault fault;
    ErrorCode code;
};

void check(const CaptureResult& result, Expected expected) {
    REQUIRE_FALSE(result);
    CHECK(result.error().fault == expected.fault);
    const Error& error = result.error().error;
    CHECK(error.code == expected.code);
    CHECK_FALSE(error.message.empty());
    CHECK(error.message.find('\n') == std::string::npos);
    CHECK(error.message.size() < 400);
}

}  // namespace

TEST_CASE("a CPU profile is taken as it came") {
    const Buffer body = gzipped(cpu_profile(3));
    const auto capture = served(body.view());
    REQUIRE(capture);
    CHECK(capture->body == body.text());
    CHECK(capture->samples == 6);
    CHECK(capture->cpu_nanos == 60'000'000);
    CHECK(capture->duration_nanos == 1'000'000'000);
    CHECK(capture->cores() == Approx(0.06));
}

TEST_CASE("it need not be gzipped, nor of a declared type, nor have both columns") {
    const std::string raw = cpu_profile(1).SerializeAsString();
    CHECK(answered(200, raw, "text/html"));
    const auto only_cpu = served(gzipped(profile_of({{"cpu", "nanoseconds"}}, 2)).view());
    REQUIRE(only_cpu);
    CHECK(only_cpu->samples == 2);
    CHECK(only_cpu->cpu_nanos == 4);
}

TEST_CASE("an idle server's profile is a profile") {
    const auto capture = served(gzipped(cpu_profile(0)).view());
    REQUIRE(capture);
    CHECK(capture->samples == 0);
    CHECK(capture->cores() == 0);
}

TEST_CASE("transport faults have names") {
    struct Case {
        HttpFault fault;
        Expected expected;
    };
    const auto network = [](CaptureFault fault) { return Expected{fault, ErrorCode::network_failure}; };
    const auto [fault, expected] = GENERATE_COPY(values<Case>({
        {HttpFault::resolve, network(CaptureFault::unresolved)},
        {HttpFault::refused, network(CaptureFault::refused)},
        {HttpFault::unreachable, network(CaptureFault::unreachable)},
        {HttpFault::connect_timed_out, network(CaptureFault::unreachable)},
        {HttpFault::timed_out, network(CaptureFault::timed_out)},
        {HttpFault::no_answer, network(CaptureFault::no_answer)},
        {HttpFault::cut_short, network(CaptureFault::cut_short)},
        {HttpFault::malformed, network(CaptureFault::malformed)},
        {HttpFault::tls, network(CaptureFault::tls)},
        {HttpFault::redirect, network(CaptureFault::redirect)},
        {HttpFault::other, network(CaptureFault::unreachable)},
        {HttpFault::too_large, {CaptureFault::too_large, ErrorCode::limit_exceeded}},
        {HttpFault::interrupted, {CaptureFault::interrupted, ErrorCode::interrupted}},
    }));
    check(given(std::unexpected(HttpFailure{.fault = fault, .detail = "why"})), expected);
}

TEST_CASE("a time-out says what was allowed") {
    const auto failure = [] { return std::unexpected(HttpFailure{.fault = HttpFault::timed_out}); };
    CHECK(given(failure()).error().error.message.find("within 35s") != std::string::npos);
    CHECK(given(failure(), std::chrono::seconds(90)).error().error.message.find("within 90s") != std::string::npos);
}

TEST_CASE("what net/http/pprof answers has names") {
    const auto network = [](CaptureFault fault) { return Expected{fault, ErrorCode::network_failure}; };
    check(answered(500, "Could not enable CPU profiling: cpu profiling already in use\n"), network(CaptureFault::busy));
    check(answered(400, "profile duration exceeds server's WriteTimeout\n"), network(CaptureFault::write_timeout));
    check(answered(404, "Unknown profile\n"), network(CaptureFault::unknown_profile));
    check(answered(404, "404 page not found\n"), network(CaptureFault::not_found));
    check(answered(404, "<html>Unknown profile", "text/html"), network(CaptureFault::not_found));
    check(answered(401, "Unauthorized\n"), network(CaptureFault::denied));
    check(answered(403, ""), network(CaptureFault::denied));
    check(answered(500, "out of luck\n"), network(CaptureFault::http_status));
    check(answered(503, std::string(5000, 'x')), network(CaptureFault::http_status));
    check(answered(204, ""), network(CaptureFault::http_status));
    check(answered(302, ""), network(CaptureFault::http_status));
    check(answered(400, "Client sent an HTTP request to an HTTPS server.\n"), network(CaptureFault::http_status));
}

TEST_CASE("a page is not a profile, whatever its type") {
    const auto page =
        GENERATE(as<std::string>(), "<html>", "<!DOCTYPE html>\n<title>x", "\r\n  <!doctype HTML>", "<HTML lang=en>");
    INFO(page);
    check(answered(200, page, "application/octet-stream"), {CaptureFault::html, ErrorCode::invalid_content});
    check(answered(200, "Sign in", "text/html; charset=utf-8"), {CaptureFault::html, ErrorCode::invalid_content});
}

TEST_CASE("content that is no CPU profile has names") {
    const auto content = [](CaptureFault fault) { return Expected{fault, ErrorCode::invalid_content}; };
    check(served({}), content(CaptureFault::not_a_profile));
    check(served(gzip({}).view()), content(CaptureFault::not_a_profile));
    check(served(as_bytes("hello")), content(CaptureFault::not_a_profile));
    check(served(as_bytes("GO PREPROFILE V1\na\nb\n1 2\n")), content(CaptureFault::not_a_profile));
    const auto heap = profile_of({{"alloc_objects", "count"}, {"inuse_space", "bytes"}}, 1);
    check(served(gzipped(heap).view()), content(CaptureFault::not_cpu));
    auto broken = cpu_profile(1);
    broken.mutable_sample(0)->set_location_id(0, 99);
    check(served(gzipped(broken).view()), content(CaptureFault::not_a_profile));
}

TEST_CASE("every proper prefix of a gzipped profile is named as no or not all of one") {
    const Buffer body = gzipped(cpu_profile(3));
    for (std::size_t length = 0; length < body.size(); ++length) {
        const auto result = served(body.view().first(length));
        REQUIRE_FALSE(result);
        const auto fault = result.error().fault;
        CAPTURE(length);
        CHECK(fault == (length < 2 ? CaptureFault::not_a_profile : CaptureFault::cut_short));
    }
}
