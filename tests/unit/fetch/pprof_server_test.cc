#include "pgoprof/fetch/pprof_server.h"

#include <catch2/catch.hpp>

using namespace pgoprof;
using std::chrono::seconds;

namespace {

struct Asked {
    HttpUrl url;
    std::string unix_socket;
    seconds length;
    std::string name;
};

Result<Asked> asked(std::string_view text, std::optional<seconds> length = std::nullopt) {
    const auto target = make_pprof_server(text, {.seconds = length});
    if (!target) return fail(target.error());
    const Source source = (*target)->sources({})->front();
    CHECK((*target)->name() == source.name);
    const HttpRequest request = std::get<HttpRequest>(source.ask()->first());
    return Asked{request.url, request.unix_socket, source.seconds, source.name};
}

std::string request_to(std::string_view text, std::optional<seconds> length = std::nullopt) {
    const auto target = asked(text, length);
    return target ? to_string(target->url) : "error: " + target.error().message;
}

}  // namespace

TEST_CASE("a server's address becomes the request for a CPU profile") {
    CHECK(request_to("localhost:6060") == "http://localhost:6060/debug/pprof/profile?seconds=30");
    CHECK(request_to("10.0.0.1:6060") == "http://10.0.0.1:6060/debug/pprof/profile?seconds=30");
    CHECK(request_to("[::1]:6060") == "http://[::1]:6060/debug/pprof/profile?seconds=30");
    CHECK(request_to("example.com") == "http://example.com/debug/pprof/profile?seconds=30");
    CHECK(request_to("https://example.com/") == "https://example.com/debug/pprof/profile?seconds=30");
    CHECK(request_to("HTTP://example.com") == "http://example.com/debug/pprof/profile?seconds=30");
    CHECK(request_to("localhost:6060?next=a://b") == "http://localhost:6060/debug/pprof/profile?next=a://b&seconds=30");
}

TEST_CASE("a port alone is one of this machine only if it is written as Go does") {
    CHECK(request_to(":6060") == "http://localhost:6060/debug/pprof/profile?seconds=30");
    CHECK(request_to("6060") == "error: a port without a host");
    CHECK(asked("6060").error().remedy == "for this machine write localhost:6060");
}

TEST_CASE("a scheme without its slashes is no host") {
    CHECK(request_to("http:/u:secret@h:1") == "error: not an http or https URL");
    CHECK(asked("http:/u:secret@h:1").error().input == "***@h:1");
    CHECK(request_to("https:h") == "error: not an http or https URL");
}

TEST_CASE("a path is kept") {
    CHECK(request_to("localhost:6060/admin/profile") == "http://localhost:6060/admin/profile?seconds=30");
    CHECK(request_to("http://h/p?token=x#top", seconds(5)) == "http://h/p?token=x&seconds=5");
}

TEST_CASE("the length comes from the option, the URL, or Go's default") {
    CHECK(asked("h")->length == seconds(30));
    CHECK(asked("h", seconds(7))->length == seconds(7));
    CHECK(asked("http://h/p?seconds=9")->length == seconds(9));
    CHECK(request_to("http://h/p?a=b&seconds=9&c") == "http://h/p?a=b&seconds=9&c");
    CHECK(asked("http://h/p?%73econds=9")->length == seconds(9));
    CHECK(request_to("http://h/p?milliseconds=9") == "http://h/p?milliseconds=9&seconds=30");
}

TEST_CASE("two lengths, or one that Go would take for 30, are usage errors") {
    CHECK(asked("http://h/p?seconds=9", seconds(9)).error().code == ErrorCode::usage);
    const auto query =
        GENERATE(as<std::string>(), "seconds=0", "seconds=-1", "seconds=1.5", "seconds=", "seconds", "seconds=abc",
                 "seconds=+5", "seconds=%2b5", "seconds=5s", "seconds=99999999999999999999", "seconds=1000001",
                 "seconds=5&seconds=6", "seconds=%zz");
    INFO(query);
    const auto target = asked("http://h/p?" + query);
    REQUIRE_FALSE(target);
    CHECK(target.error().code == ErrorCode::usage);
}

TEST_CASE("a length is digits within bounds") {
    CHECK(parse_capture_seconds("1") == seconds(1));
    CHECK(parse_capture_seconds("1000000") == seconds(1'000'000));
    const auto text =
        GENERATE(as<std::string>(), "", "0", "-1", "+1", " 1", "1 ", "1s", "1.0", "0x10", "1e3", "1000001");
    INFO(text);
    CHECK_FALSE(parse_capture_seconds(text));
}

TEST_CASE("what is no http or https URL is a usage error") {
    const auto text = GENERATE(as<std::string>(), "", "ftp://h", "file:///etc/passwd", "h:port", "http://", "a b");
    INFO(text);
    const auto target = asked(text);
    REQUIRE_FALSE(target);
    CHECK(target.error().code == ErrorCode::usage);
}

TEST_CASE("user info is used, and never shown") {
    const auto target = asked("user:hunter2@localhost:6060");
    REQUIRE(target);
    CHECK(target->url.user == "user");
    CHECK(target->url.password == "hunter2");
    CHECK(target->name == "http://***@localhost:6060/debug/pprof/profile?seconds=30");

    const auto text = GENERATE(as<std::string>(), "http://user:hunter2@h/p?seconds=x", "ftp://user:hunter2@h",
                               "http://user:hunter2@h:port", "http://user:hunter2@[::1", "user:hunter2@",
                               "http://user:hunter2@h/ a", "http://user:hun/ter2@h", "http://us@er:hunter2@h:0x");
    INFO(text);
    const auto failed = asked(text);
    REQUIRE_FALSE(failed);
    const std::string shown = failed.error().input + failed.error().message + failed.error().remedy;
    CHECK(shown.find("hunter2") == std::string::npos);
    CHECK(shown.find("ter2") == std::string::npos);
}

TEST_CASE("what the query says is used, and not shown") {
    const auto target = asked("http://h/p?token=hunter2&seconds=5");
    CHECK(target->url.query == "token=hunter2&seconds=5");
    CHECK(target->name == "http://h/p?token=***&seconds=5");
    CHECK((*make_pprof_server("http://h/p?pod=a", {}))->sources({})->front().identity !=
          (*make_pprof_server("http://h/p?pod=b", {}))->sources({})->front().identity);
    const auto failed = asked(GENERATE(as<std::string>(), "http://h:port/p?token=hunter2", "ftp://h?hunter2",
                                       "http://h/p?token=hunter2&seconds=x", "unix:?token=hunter2"));
    REQUIRE_FALSE(failed);
    CHECK((failed.error().input + failed.error().message + failed.error().remedy).find("hunter2") == std::string::npos);
}

TEST_CASE("a unix socket is asked in a server's place") {
    const auto target = asked("unix:/run/app.sock", seconds(5));
    REQUIRE(target);
    CHECK(target->unix_socket == "/run/app.sock");
    CHECK(to_string(target->url) == "http://localhost/debug/pprof/profile?seconds=5");
    CHECK(target->name == "unix:/run/app.sock:/debug/pprof/profile?seconds=5");

    CHECK(asked("unix:///run/app.sock")->unix_socket == "/run/app.sock");
    CHECK(asked("unix:app.sock")->unix_socket == "app.sock");
    const auto with_path = asked("unix:/run/a:b.sock:/prof?seconds=7&key=x");
    REQUIRE(with_path);
    CHECK(with_path->unix_socket == "/run/a:b.sock");
    CHECK(to_string(with_path->url) == "http://localhost/prof?seconds=7&key=x");
    CHECK(with_path->name == "unix:/run/a:b.sock:/prof?seconds=7&key=***");
}

TEST_CASE("what is no unix socket's address is a usage error") {
    using namespace std::string_view_literals;
    const auto text = GENERATE("unix:"sv, "unix::/debug"sv, "unix:/a\0b"sv, "unix:/run/app.sock:/a b"sv);
    CHECK(asked(text).error().code == ErrorCode::usage);
    CHECK(asked("unix:/" + std::string(106, 'a')));
    CHECK(asked("unix:/" + std::string(107, 'a')).error().code == ErrorCode::usage);
}

TEST_CASE("every address of a host is a source of its own") {
    const auto target = make_pprof_server("https://127.0.0.1:1/x", {.seconds = seconds(5), .all_addresses = true});
    REQUIRE(target);
    CHECK((*target)->name() == "https://127.0.0.1:1/x?seconds=5");
    const auto sources = (*target)->sources({});
    REQUIRE(sources);
    REQUIRE(sources->size() == 1);
    CHECK(sources->front().name == "https://127.0.0.1:1/x?seconds=5 at 127.0.0.1");
    const auto request = std::get<HttpRequest>(sources->front().ask()->first());
    CHECK(request.address == "127.0.0.1");

    const auto unknown = (*make_pprof_server("no-such-host.invalid:1", {.all_addresses = true}))->sources({});
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().code == ErrorCode::network_failure);
    CHECK(unknown.error().input == "http://no-such-host.invalid:1/debug/pprof/profile?seconds=30");
}
