// Other views of a profile's call edges, for people and for programs: groups, call sites, functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pgoprof/lint/lint.h"
#include "pgoprof/report/edge_report.h"
#include "pgoprof/transform/call_sites.h"
#include "pgoprof/transform/edge_groups.h"
#include "pgoprof/transform/function_views.h"

namespace pgoprof {

// Text is escaped, and names come last on their lines. JSON documents are "pgoprof.pgo-report/1", with a "view". The
// `name_bytes` are those that a report repeats, which a small file can make many times its size. `of` says how many
// rows to show.

struct GroupReport {
    EdgeReport of;
    GroupBy by = GroupBy::caller;
    std::vector<EdgeGroup> groups;
};

std::string groups_text(const GroupReport& report);
std::string groups_json(const GroupReport& report);
std::uint64_t name_bytes(const GroupReport& report);

struct CallSiteReport {
    EdgeReport of;
    GoVersion go_version = kNewestKnownGo;
    CallSites sites;
    std::uint32_t callees_shown = 4;  ///< of a site: the heaviest, and the runners-up
};

std::string call_sites_text(const CallSiteReport& report);
std::string call_sites_json(const CallSiteReport& report);
std::uint64_t name_bytes(const CallSiteReport& report);

/// What an indirect call of `callee` can be turned into a conditional direct call as: "interface call", "function
/// value", or nothing. Interface calls since Go 1.21, function values since 1.22, closures never
/// (cmd/compile/internal/devirtualize/pgo.go; Debug.PGODevirtualize in base/flag.go).
std::string_view devirtualized_as(std::string_view callee, GoVersion version);

struct FunctionReport {
    EdgeReport of;
    std::string pattern;
    bool has_stacks = false;  ///< false if the file was preprofiled
    std::vector<FunctionView> functions;
};

std::string functions_text(const FunctionReport& report);
std::string functions_json(const FunctionReport& report);
std::uint64_t name_bytes(const FunctionReport& report);

}  // namespace pgoprof
