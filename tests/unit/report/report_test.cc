#include <catch2/catch.hpp>

#include "pgoprof/report/edge_report.h"
#include "pgoprof/report/lint_report.h"

using namespace pgoprof;

TEST_CASE("A finding is one line: file, severity, message, place, rule") {
    const LintRule* rule = &lint_rules()[0];
    const std::vector<FileFindings> files{
        {.file = "a\n.pprof",
         .findings = {{.rule = rule,
                       .severity = Severity::error,
                       .message = "bad \x1b[31m",
                       .offset = Offset{12, OffsetSpace::inflated}},
                      {.rule = rule, .severity = Severity::error, .message = "worse", .more = 3}}},
        {.file = "gone", .unreadable = Error{.message = "no such file"}},
    };
    CHECK(lint_text(files) ==
          "a\\x0a.pprof: error: bad \\x1b[31m (inflated offset 12) [PGO101 gzip-header]\n"
          "a\\x0a.pprof: error: worse (3 more like this) [PGO101 gzip-header]\n"
          "2 files: 5 errors, 0 warnings, 1 unreadable\n");
    CHECK(lint_totals(files).errors == 5);
}

TEST_CASE("Edges of extreme weights are shown without overflow") {
    EdgeProfile profile;
    const StringId caller = profile.names.intern("f");
    const StringId file{};
    profile.edges = {{caller, caller, -2, INT64_MAX, file, 0}, {caller, caller, 0, INT64_MIN, file, 0}};
    profile.total_weight = -1;
    const EdgeReport report{.file = "x", .profile = &profile, .hot = hot_set(profile), .shown = 9};
    const std::string text = edges_text(report);
    CHECK(text.find("f -2\n") != text.npos);
    CHECK(text.find("f +0\n") != text.npos);
    CHECK(edges_json(report).find("\"weight\": -9223372036854775808") != std::string::npos);
}
