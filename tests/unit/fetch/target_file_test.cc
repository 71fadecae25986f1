#include "pgoprof/fetch/target_file.h"

#include <catch2/catch.hpp>

#include "support/folder.h"

using namespace pgoprof;

namespace {

std::vector<std::string> texts(std::string_view list) {
    const auto targets = parse_target_list(list, "list");
    REQUIRE(targets);
    std::vector<std::string> result;
    for (const auto& target : *targets) result.push_back(target.text);
    return result;
}

std::string refusal(std::string_view list) {
    const auto targets = parse_target_list(list, "list");
    REQUIRE_FALSE(targets);
    CHECK(targets.error().input == "list");
    return targets.error().message;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("one target a line, with comments and blank lines") {
    CHECK(texts("") == Texts{});
    CHECK(texts("a:1\nb:2") == Texts{"a:1", "b:2"});
    CHECK(texts("# all\n\n  a:1 \t\r\n\t# none\nhttp://b/#x # why\nk8s://n/app=x,tier=y:6060\n") ==
          Texts{"a:1", "http://b/#x", "k8s://n/app=x,tier=y:6060"});
    CHECK(texts("[::1]:6060\n") == Texts{"[::1]:6060"});
    const auto targets = parse_target_list("\n\na:1\n", "list");
    CHECK(targets->front().where == "list, line 3");
}

TEST_CASE("lists from Windows") {
    CHECK(texts("\xef\xbb\xbf"
                "a:1\r\n\r\nb:2\r\n") == Texts{"a:1", "b:2"});
    CHECK(texts("\xef\xbb\xbf[{\"targets\": [\"a:1\"]}]\r\n") == Texts{"a:1"});
    CHECK(texts("\xef\xbb\xbf") == Texts{});
}

TEST_CASE("what Prometheus discovers from files") {
    CHECK(texts(" \n[]") == Texts{});
    CHECK(texts(R"([{"targets": ["a:1", "b:2"]}, {"targets": []}, {"labels": {}, "targets": ["c:3"]}])") ==
          Texts{"a:1", "b:2", "c:3"});
    CHECK(texts(R"([{"targets": ["a:1", "http://b/x"],
                     "labels": {"__scheme__": "https", "__metrics_path__": "/p", "env": "prod"}}])") ==
          Texts{"https://a:1/p", "http://b/x/p"});
    CHECK(parse_target_list(R"([{"targets": ["a"]}, {"targets": ["b"]}])", "list")->back().where == "list, group 2");
}

TEST_CASE("JSON of another shape is refused") {
    CHECK(refusal(R"([{"target": ["a"]}])") == "group 1: no list of \"targets\"");
    CHECK(refusal(R"([{"targets": []}, {"targets": "a"}])") == "group 2: no list of \"targets\"");
    CHECK(refusal(R"([{"targets": [1]}])") == "group 1: a target that is no text");
    CHECK_FALSE(refusal(R"([{"targets": ["a"]})").empty());
    CHECK_FALSE(refusal("[{").empty());
}

TEST_CASE("every proper prefix of a JSON list is refused") {
    const std::string_view whole = R"([{"targets": ["a:1"], "labels": {"__scheme__": "https"}}])";
    for (std::size_t size = 2; size < whole.size(); ++size)
        CHECK_FALSE(parse_target_list(whole.substr(0, size), "list"));
    CHECK(parse_target_list(whole, "list"));
}

TEST_CASE("a list that is not there is an error") {
    const testing::Folder folder;
    CHECK(read_target_list(folder.file("none")).error().code == ErrorCode::io_failure);
    CHECK(read_target_list(folder.write("list", "a:1\n"))->size() == 1);
}
