#include "pgoprof/io/process.h"

#include <catch2/catch.hpp>
#include <chrono>

using namespace pgoprof;
using std::chrono::milliseconds;

namespace {

ProcessRequest shell(std::string script) {
    return {
        .arguments = {"sh", "-c", std::move(script)}, .timeout = std::chrono::seconds(60), .max_output_bytes = 1000};
}

std::string outcome(const ProcessRequest& request) {
    const auto output = run_process(request);
    return output ? std::string(output->text()) : "error: " + output.error().message;
}

}  // namespace

TEST_CASE("a program's output is what it wrote to stdout") {
    CHECK(outcome(shell("echo a; echo b >&2; printf c")) == "a\nc");
    CHECK(outcome(shell("exit 0")).empty());
    CHECK(outcome(shell("cat")).empty());  // its stdin is empty
    CHECK(outcome(shell("exec >&- 2>&-; exit 0")).empty());
}

TEST_CASE("lines of stderr are passed on as they come") {
    std::vector<std::string> lines;
    ProcessRequest request = shell("echo one >&2; printf 'two\\r\\n\\nthree' >&2; echo out");
    request.error_line = [&](std::string line) { lines.push_back(std::move(line)); };
    CHECK(outcome(request) == "out\n");
    CHECK(lines == std::vector<std::string>{"one", "two", "three"});
}

TEST_CASE("variables come before those of our own environment") {
    ProcessRequest request = shell("echo $HOME $PGOPROF_X; test -n \"$PATH\"");
    request.environment = {{"HOME", "/other"}, {"PGOPROF_X", "1 = 2"}};
    CHECK(outcome(request) == "/other 1 = 2\n");
}

TEST_CASE("what a program fails with is said, its arguments are not") {
    CHECK(outcome(shell("exit 3")) == "error: failed with exit code 3");
    CHECK(outcome(shell("kill -9 $$")) == "error: was ended by signal 9");
    CHECK(outcome(shell("head -c 1001 /dev/zero")) == "error: wrote more than 1000 B");
    ProcessRequest request = shell("");
    request.arguments = {"/nowhere/program", "secret"};
    CHECK(outcome(request) == "error: cannot be started: No such file or directory");
    request.arguments = {"/"};
    CHECK(outcome(request) == "error: cannot be started: Permission denied");
}

TEST_CASE("a program gets so long and no longer") {
    const auto script = GENERATE(as<std::string>(), "exec sleep 60", "exec sleep 60 >&- 2>&-", "sleep 60 & exit 0");
    INFO(script);
    ProcessRequest request = shell(script);
    request.timeout = milliseconds(100);
    CHECK(outcome(request) == "error: has not ended within 100ms");
}
