#include "pgoprof/transform/edge_samples.h"

#include <array>

#include "pgoprof/base/checked.h"
#include "pgoprof/model/profile_builder.h"

namespace pgoprof {
namespace {

constexpr std::int64_t kStartLine = 1;

}  // namespace

Result<Profile> edge_samples(const EdgeProfile& edges) {
    ProfileBuilder builder;
    Profile& profile = builder.profile;
    profile.sample_types.push_back({builder.string("samples"), builder.string("count")});
    std::uint64_t address = 0;
    const auto frame = [&](StringId name, std::int64_t line) {
        const std::array lines{Line{.function = builder.function(edges.names[name], "", kStartLine), .line = line}};
        return builder.location(kNone<MappingId>, ++address, lines);
    };
    for (const CallEdge& edge : edges.edges) {
        std::int64_t line = edge.call_site_offset;
        if (!add_checked(line, kStartLine)) {
            return fail({.message = "the offset of a call site leaves no room for a line"});
        }
        const std::array stack{frame(edge.callee, kStartLine), frame(edge.caller, line)};
        if (auto added = builder.add_sample(stack, {&edge.weight, 1}); !added) return std::unexpected(added.error());
    }
    return std::move(profile);
}

}  // namespace pgoprof
