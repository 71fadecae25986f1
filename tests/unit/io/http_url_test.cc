#include "pgoprof/io/http_url.h"

#include <catch2/catch.hpp>

using namespace pgoprof;

TEST_CASE("a URL is taken apart") {
    const auto url = parse_http_url("https://us%40er:p%2Fw@example.com:8443/a/b?x=1&y=%20#fragment");
    REQUIRE(url);
    CHECK(url->scheme == "https");
    CHECK(url->user == "us@er");
    CHECK(url->password == "p/w");
    CHECK(url->host == "example.com");
    CHECK(url->port == "8443");
    CHECK(url->path == "/a/b");
    CHECK(url->query == "x=1&y=%20");
    CHECK(to_string(*url) == "https://example.com:8443/a/b?x=1&y=%20");
    CHECK(redacted(*url) == "https://***@example.com:8443/a/b?x=***&y=***");
}

TEST_CASE("ports have defaults, and IPv6 addresses their brackets") {
    CHECK(parse_http_url("http://example.com")->port == "80");
    CHECK(parse_http_url("https://example.com")->port == "443");
    CHECK(to_string(*parse_http_url("http://example.com:80")) == "http://example.com/");
    CHECK(to_string(*parse_http_url("http://[::1]:6060/x")) == "http://[::1]:6060/x");
}

TEST_CASE("what is no http or https URL is refused") {
    const auto text = GENERATE(as<std::string>(), "", "http://", "ftp://example.com", "file:///etc/passwd",
                               "http://example.com:99999", "http://example.com:port", "http://exa mple.com",
                               "http://example.com/a\nb", "gopher://example.com", "//example.com", "http://[::1");
    INFO(text);
    CHECK_FALSE(parse_http_url(text));
}

TEST_CASE("a NUL byte ends no URL early") {
    using namespace std::string_view_literals;
    CHECK_FALSE(parse_http_url("http://example.com\0.evil.example/"sv));
}

TEST_CASE("a user name alone is user info, too") {
    CHECK(redacted(*parse_http_url("http://token@example.com/")) == "http://***@example.com/");
    CHECK(redacted(*parse_http_url("http://:password@example.com/")) == "http://***@example.com/");
    CHECK(redacted(*parse_http_url("http://example.com/")) == "http://example.com/");
}

TEST_CASE("of a query, messages show the keys, and seconds") {
    CHECK(redacted_query("seconds=5") == "seconds=5");
    CHECK(redacted_query("token=hunter2&seconds=5&key=a=b") == "token=***&seconds=5&key=***");
    CHECK(redacted_query("hunter2") == "***");
    CHECK(redacted_query("seconds") == "***");
    CHECK(redacted_query("Seconds=hunter2&%73econds=hunter2") == "Seconds=***&%73econds=***");
    CHECK(redacted_query("") == "");
    CHECK(redacted_query("&&a=&") == "a=***");
}

TEST_CASE("a redirect leads where it says, without user info") {
    const auto base = *parse_http_url("http://user:password@example.com:8080/a/b?q=1");
    const auto lead = [&](std::string_view location) {
        const auto url = resolve(base, location);
        if (!url) return std::string("refused");
        CHECK_FALSE(url->has_user_info());
        return to_string(*url);
    };
    CHECK(lead("/c") == "http://example.com:8080/c");
    CHECK(lead("c?x=2") == "http://example.com:8080/a/c?x=2");
    CHECK(lead("?x=2") == "http://example.com:8080/a/b?x=2");
    CHECK(lead("//other.example/d") == "http://other.example/d");
    CHECK(lead("https://evil:pw@other.example/d") == "https://other.example/d");
    CHECK(lead("file:///etc/passwd") == "refused");
    CHECK(lead("ftp://example.com/") == "refused");
    CHECK(lead("dict://example.com:11111/") == "refused");
}

TEST_CASE("scheme, host and port make the origin") {
    const auto origin = *parse_http_url("http://user:pw@example.com/a");
    CHECK(origin.same_origin(*parse_http_url("http://example.com:80/b?c")));
    CHECK_FALSE(origin.same_origin(*parse_http_url("https://example.com/a")));
    CHECK_FALSE(origin.same_origin(*parse_http_url("http://example.com:8080/a")));
    CHECK_FALSE(origin.same_origin(*parse_http_url("http://www.example.com/a")));
}

TEST_CASE("what is no URL shows no user info either") {
    CHECK(redacted("http://user:pa@ss w@rd@h:p") == "***@h:p");
    CHECK(redacted("ht tp://h") == "ht tp://h");
}
