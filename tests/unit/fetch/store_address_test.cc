#include "pgoprof/fetch/store_address.h"

#include <catch2/catch.hpp>

using namespace pgoprof;

namespace {

Result<StoreAddress> parse(std::string_view text) {
    return parse_store_address("store", text, {"tenant", "max_nodes"});
}

Error refused(std::string_view text) {
    const auto address = parse(text);
    REQUIRE_FALSE(address);
    CHECK(address.error().code == ErrorCode::usage);
    return address.error();
}

}  // namespace

TEST_CASE("A store's address is a URL and a query in plain text") {
    const auto address =
        parse(R"(store+https://u:p%40@h:4040/pre/fix/?query=cpu:n{service_name="a b",x!~"c|d.+"}&tenant=t%201)");
    REQUIRE(address);
    CHECK(to_string(address->server) == "https://h:4040/pre/fix");
    CHECK(address->server.password == "p@");
    CHECK(address->type == "cpu:n");
    CHECK(address->selector == R"({service_name="a b",x!~"c|d.+"})");
    CHECK(address->parameters == decltype(address->parameters){{"tenant", "t 1"}});
    CHECK(address->name ==
          R"(store+https://***@h:4040/pre/fix/?query=cpu:n{service_name="a b",x!~"c|d.+"}&tenant=t%201)");
}

TEST_CASE("The query may be percent-encoded, as a browser's address bar has it") {
    const auto address = parse("store+http://h?query=cpu%3An%7Bjob%3D%22a%26b%22%7D");
    REQUIRE(address);
    CHECK(to_string(address->server) == "http://h");
    CHECK(address->type == "cpu:n");
    CHECK(address->selector == R"({job="a&b"})");
}

TEST_CASE("What is quoted belongs to the selector, whatever it is") {
    const auto selector = [](std::string_view query) {
        const auto address = parse("store+http://h/?tenant=1&query=" + std::string(query));
        return address ? address->selector : address.error().message;
    };
    CHECK(selector(R"({a="x&y=z}{"})") == R"({a="x&y=z}{"})");
    CHECK(selector(R"({a="\"&}"})") == R"({a="\"&}"})");
    CHECK(selector(R"({a="#?/@"})") == R"({a="#?/@"})");
    CHECK(selector("{}") == "{}");
    CHECK(selector("{}&") == "{}");
}

TEST_CASE("Addresses that ask for nothing, or for something else, are refused") {
    CHECK(refused("store+http://h").message == "a query is missing");
    CHECK(refused("store+http://h/?tenant=1").message == "a query is missing");
    CHECK(refused("store+http://h/?query=").message == "query has no value");
    for (const auto* query : {"api", "cpu:n", "{", R"({a="b)", R"({a="b"} x)", R"({a="b}")"}) {
        CHECK(refused(std::string("store+http://h/?query=") + query).message ==
              "the query has no label selector in braces");
    }
    CHECK(refused("store+http://h/?query={}&query={}").message == "query is given twice");
    CHECK(refused("store+http://h/?query={}&from=now-1h").remedy == "--from and --to give the time range");
    CHECK(refused("store+http://h/?query={}&x=1").remedy == "these are: query, tenant, max_nodes");
}

TEST_CASE("Addresses that are no URL are refused, and show no password") {
    for (const auto* text :
         {"store+http://", "store+http://u:secret@h:port/?query={}", "store+http://u:se cret@h?query={}"}) {
        const auto error = refused(text);
        CHECK(error.message == "no such URL");
        CHECK(error.input.find("se") == error.input.npos);
    }
    CHECK(refused("store+http://u:secret@h/?x=1").input == "store+http://***@h/?x=1");
}
