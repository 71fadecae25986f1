#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "pgoprof/report/lint_report.h"

using namespace pgoprof;

namespace {

std::size_t occurrences(const std::string& text, std::string_view part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++count;
    return count;
}

Finding finding(Severity severity, std::string message) {
    return {.rule = &lint_rules()[0], .severity = severity, .message = std::move(message)};
}

}  // namespace

TEST_CASE("An annotation's properties and data are escaped each in their way") {
    const std::vector<FileFindings> files{{.file = "x",
                                           .findings = {finding(Severity::warning, "100%, a:b\r\n::error::c")},
                                           .repository_path = "a,b:c%\n.pgo"}};
    CHECK(lint_github(files) ==
          "::warning file=a%2Cb%3Ac%25\\x0a.pgo,line=1,title=PGO101 gzip-header::100%25, a:b\\x0d\\x0a::error::c%0A"
          "pgo-lint --explain PGO101 tells more\n"
          "1 file: 0 errors, 1 warning\n");
}

TEST_CASE("Annotations are the worst ten of each level, and a count of the rest") {
    std::vector<FileFindings> files(1);
    for (int i = 0; i < 12; ++i) {
        files[0].findings.push_back(finding(Severity::info, "note"));
        files[0].findings.push_back(finding(Severity::error, "error" + std::to_string(i)));
    }
    const std::string text = lint_github(files);
    CHECK(occurrences(text, "::error ") == 10);
    CHECK(occurrences(text, "::notice ") == 10);
    CHECK(text.find("::error9") < text.find("::notice "));
    CHECK(text.find("::error10") == text.npos);
    CHECK(text.ends_with(
        "12 errors, 0 warnings, 12 infos; GitHub shows 10 annotations of each level, 4 more are left out\n"));
}

TEST_CASE("A SARIF message has neither links nor placeholders of others' making") {
    const std::vector<FileFindings> files{
        {.findings = {finding(Severity::error, "[a](https://b) {0} c\\](d) e[int](f)")},
         .repository_path = "/etc/a b"}};
    const std::string text = lint_sarif(files, "1.2.3");
    CHECK(text.find(R"x("text": "[a\\](https://b) {{0}} c\\\\\\](d) e[int\\](f)")x") != text.npos);
    CHECK(text.find(R"("uri": "file:///etc/a%20b")") != text.npos);
    CHECK(text.find(R"("version": "1.2.3")") != text.npos);
}

TEST_CASE("A fingerprint depends on rule, path and position alone") {
    const auto fingerprints = [](std::string path, std::string message) {
        const std::vector<FileFindings> files{
            {.findings = {finding(Severity::error, message), finding(Severity::error, message)},
             .repository_path = path}};
        const std::string text = lint_sarif(files, "1");
        std::vector<std::string> found;
        for (auto at = text.find("LineHash"); at != text.npos; at = text.find("LineHash", at + 1)) {
            found.push_back(text.substr(at + 12, 18));
        }
        return found;
    };
    const auto once = fingerprints("a", "12%");
    REQUIRE(once.size() == 2);
    CHECK(once[0].substr(0, 16) == once[1].substr(0, 16));
    CHECK(once[0].ends_with(":1"));
    CHECK(once[1].ends_with(":2"));
    CHECK(fingerprints("a", "13%") == once);
    CHECK(fingerprints("b", "12%")[0] != once[0]);
}

TEST_CASE("An explanation is wrapped between words") {
    LintRule rule = lint_rules()[0];
    const std::string long_word(100, 'x');
    const std::string explanation = "one " + long_word + " two " + std::string(71, 'y') + " three";
    rule.explanation = explanation;
    CHECK(lint_rule_text(rule).ends_with("\n\none\n" + long_word + "\ntwo " + std::string(71, 'y') + "\nthree\n"));
}
