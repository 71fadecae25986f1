#include "pgoprof/fetch/access.h"

#include <catch2/catch.hpp>

#include "pgoprof/fetch/netrc.h"
#include "support/folder.h"

using namespace pgoprof;

namespace {

HttpRequest granted(const Access& access, std::string_view url, HttpHeaders headers = {}) {
    HttpRequest request{.url = *parse_http_url(url), .headers = std::move(headers)};
    REQUIRE(grant(access, request));
    return request;
}

std::string login(std::string_view netrc, std::string_view host) {
    const auto found = find_login(netrc, host);
    return found ? found->user + ":" + found->password : "none";
}

}  // namespace

TEST_CASE("a header is a name and a value") {
    CHECK(parse_header("X-Scope-OrgID: team") == HttpHeaders::value_type("X-Scope-OrgID", "team"));
    CHECK(parse_header("X:team ") == HttpHeaders::value_type("X", "team"));
    CHECK(parse_header("X: a: b") == HttpHeaders::value_type("X", "a: b"));
    CHECK(parse_header("X:") == HttpHeaders::value_type("X", ""));
    const auto line = GENERATE(as<std::string>(), "", "X", ": x", "X Y: z", "X\r\nY: z", "X: a\r\nY: b", "X: a\nb",
                               "Content-Length: 5", "transfer-encoding: chunked", "X : y", "X: \x7f");
    INFO(line);
    CHECK_FALSE(parse_header(line));
    CHECK_FALSE(parse_header(std::string_view("X: a\0b", 6)));
}

TEST_CASE("the target's own credentials come before those of all") {
    const Access access{.headers = {{"X", "y"}, {"Authorization", "Bearer hunter2"}},
                        .netrc = "default login n password p"};
    const auto own = granted(access, "http://user:pw@h/");
    CHECK(own.url.user == "user");
    CHECK(own.headers == HttpHeaders{{"X", "y"}});
    const auto header = granted(access, "http://h/", {{"authorization", "Basic x"}});
    CHECK(header.headers == HttpHeaders{{"authorization", "Basic x"}, {"X", "y"}});
    const auto none = granted(access, "http://h/");
    CHECK(none.headers == access.headers);
    CHECK_FALSE(none.url.has_user_info());
}

TEST_CASE("a user comes before netrc") {
    const Access access{.user = "user", .password = "pw", .netrc = "machine h login n password p"};
    CHECK(granted(access, "http://h/").url.user == "user");
    CHECK(granted({.netrc = access.netrc}, "http://h/").url.password == "p");
    CHECK_FALSE(granted({.netrc = access.netrc}, "http://other/").url.has_user_info());
}

TEST_CASE("netrc knows no unix sockets, and IPv6 addresses without brackets") {
    HttpRequest request{.url = *parse_http_url("http://localhost/"), .unix_socket = "/x"};
    REQUIRE(grant({.netrc = "machine localhost login n password p"}, request));
    CHECK_FALSE(request.url.has_user_info());
    CHECK(granted({.netrc = "machine ::1 login n password p"}, "http://[::1]:80/").url.user == "n");
}

TEST_CASE("a token is read for every request") {
    const pgoprof::testing::Folder folder;
    const auto path = folder.write("token", "one\n");
    const Access access{.bearer_token_file = path};
    CHECK(granted(access, "http://h/").headers == HttpHeaders{{"Authorization", "Bearer one"}});
    folder.write("token", "two");
    CHECK(granted(access, "http://h/").headers == HttpHeaders{{"Authorization", "Bearer two"}});
    const auto bad = GENERATE(as<std::string>(), "", "\n", "hunter2\nhunter3", "hunter2\x01");
    folder.write("token", bad);
    HttpRequest request{.url = *parse_http_url("http://h/")};
    const auto failed = grant(access, request);
    REQUIRE_FALSE(failed);
    CHECK(failed.error().input == path);
    CHECK(failed.error().message.find("hunter") == std::string::npos);
    CHECK(request.headers.empty());
}

TEST_CASE("a file of headers") {
    const pgoprof::testing::Folder folder;
    const auto path = folder.write("headers", "# ours\nX: y\r\n\n  Z: w\n");
    CHECK(*read_header_file(path) == HttpHeaders{{"X", "y"}, {"Z", "w"}});
    const auto failed = read_header_file(folder.write("headers", "X: y\nhunter2\n"));
    REQUIRE_FALSE(failed);
    CHECK(failed.error().message == "line 2 is not a header");
    CHECK(failed.error().code == ErrorCode::usage);
}

TEST_CASE("logins of a netrc file") {
    constexpr std::string_view kFile =
        "# machine h login wrong password wrong\n"
        "machine a login u1 password p1\n"
        "macdef init\nmachine b login wrong password wrong\n\n"
        "machine B\n\tpassword \"p \\\"2\\\\\"\n\taccount x login u2 machine c login u3\n"
        "default login u4 password p4\nmachine d login u5 password p5\n";
    CHECK(login(kFile, "a") == "u1:p1");
    CHECK(login(kFile, "A") == "u1:p1");
    CHECK(login(kFile, "b") == "u2:p \"2\\");
    CHECK(login(kFile, "c") == "u3:");
    CHECK(login(kFile, "d") == "u4:p4");
    CHECK(login(kFile, "h") == "u4:p4");
    CHECK(login("machine a login u1 password p1", "b") == "none");
    CHECK(login("machine a login u machine b login v password w", "a") == "u:");
}

TEST_CASE("a netrc file that ends early gives what it has") {
    constexpr std::string_view kFile = "machine a login \"u\" password p macdef x\n\ndefault login \\";
    for (std::size_t length = 0; length <= kFile.size(); ++length) (void)login(kFile.substr(0, length), "a");
    CHECK(login("machine a login \"u", "a") == ":");
    CHECK(login("machine", "a") == "none");
}
