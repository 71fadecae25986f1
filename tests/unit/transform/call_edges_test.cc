#include "pgoprof/transform/call_edges.h"

#include <catch2/catch.hpp>
#include <initializer_list>

#include "pgoprof/codec/preprofile.h"
#include "pgoprof/load.h"
#include "pgoprof/transform/hot_set.h"
#include "profile.pb.h"

// The comparison with the Go toolchain is in tests/oracle; here are the rules one by one, readable.

using namespace pgoprof;
namespace pb = perftools::profiles;

namespace {

/// Builds profiles out of frames "name:start_line:line", innermost first within a location.
class Builder {
public:
    Builder() {
        string("");
        profile_.add_sample_type()->set_type(string("samples"));
        profile_.mutable_sample_type(0)->set_unit(string("count"));
    }

    std::uint64_t location(std::uint64_t address, std::initializer_list<std::tuple<const char*, int, int>> frames) {
        auto& location = *profile_.add_location();
        location.set_id(static_cast<std::uint64_t>(profile_.location_size()));
        location.set_address(address);
        for (const auto& [name, start_line, line] : frames) {
            auto& function = *profile_.add_function();
            function.set_id(static_cast<std::uint64_t>(profile_.function_size()));
            function.set_name(string(name));
            function.set_start_line(start_line);
            auto& wire_line = *location.add_line();
            wire_line.set_function_id(function.id());
            wire_line.set_line(line);
        }
        return location.id();
    }

    Builder& sample(std::initializer_list<std::uint64_t> stack, std::int64_t weight) {
        auto& sample = *profile_.add_sample();
        for (const std::uint64_t id : stack) sample.add_location_id(id);
        sample.add_value(weight);
        return *this;
    }

    /// As `GO PREPROFILE V1` without the header, or the rule of the error.
    std::string edges() {
        const auto built = build();
        if (!built) return std::string(built.error().rule);
        return std::string(encode_preprofile(*built).text().substr(kPreprofileHeader.size()));
    }

    Result<EdgeProfile> build() {
        const std::string message = profile_.SerializeAsString();
        Loader loader;
        const auto content = loader.load_bytes(as_bytes(message), "test");
        REQUIRE(content);
        return build_call_edges(*std::get<const RawProfile*>(*content));
    }

    pb::Profile& profile() { return profile_; }

private:
    std::int64_t string(const char* text) {
        profile_.add_string_table(text);
        return profile_.string_table_size() - 1;
    }

    pb::Profile profile_;
};

}  // namespace

TEST_CASE("Only the two leaf-most locations make edges, with all that is inlined into them") {
    Builder b;
    const auto leaf = b.location(3, {{"inlined", 30, 31}, {"leaf", 20, 25}});
    const auto caller = b.location(2, {{"caller", 10, 14}});
    const auto root = b.location(1, {{"root", 1, 2}});
    b.sample({leaf, caller, root}, 7);
    CHECK(b.edges() == "caller\nleaf\n4 7\nleaf\ninlined\n5 7\n");
}

TEST_CASE("Edges come by weight, then caller, callee, offset") {
    Builder b;
    const auto leaf = b.location(1, {{"b", 1, 1}});
    const auto other = b.location(2, {{"a", 1, 1}});
    const auto late = b.location(3, {{"x", 10, 13}});
    const auto early = b.location(4, {{"x", 10, 9}});
    b.sample({leaf, late}, 2).sample({leaf, early}, 2).sample({other, late}, 2).sample({other, early}, 3);
    CHECK(b.edges() == "x\na\n-1 3\nx\na\n3 2\nx\nb\n-1 2\nx\nb\n3 2\n");
}

TEST_CASE("Direct recursion is an edge only between different addresses or lines") {
    Builder b;
    const auto here = b.location(1, {{"f", 1, 5}});
    const auto there = b.location(2, {{"f", 1, 5}});
    b.sample({here, here}, 10);
    CHECK(b.edges().empty());
    b.sample({here, there}, 1);
    CHECK(b.edges() == "f\nf\n4 1\n");
}

TEST_CASE("An edge counts once a sample") {
    Builder b;
    const auto loop = b.location(1, {{"f", 1, 5}, {"g", 1, 6}, {"f", 1, 5}, {"g", 1, 6}});
    b.sample({loop}, 4);
    CHECK(b.edges() == "f\ng\n4 4\ng\nf\n5 4\n");
}

TEST_CASE("Nodes whose weights cancel out lose their out-edges") {
    Builder b;
    const auto leaf = b.location(1, {{"leaf", 1, 1}});
    const auto cancelled = b.location(2, {{"cancelled", 1, 2}});
    const auto kept = b.location(3, {{"kept", 1, 3}});
    b.sample({leaf, cancelled}, 5).sample({kept, cancelled}, -5).sample({leaf, kept}, 2);
    CHECK(b.edges() == "kept\nleaf\n2 2\n");
}

TEST_CASE("Frames without a function are edges with an empty name") {
    Builder b;
    const auto leaf = b.location(1, {{"leaf", 1, 1}});
    const auto unknown = b.location(2, {});
    b.sample({leaf, unknown}, 5);
    CHECK(b.edges() == "\nleaf\n0 5\n");
}

TEST_CASE("The column is the first that the compiler knows") {
    Builder b;
    const auto leaf = b.location(1, {{"leaf", 1, 1}});
    const auto caller = b.location(2, {{"caller", 1, 1}});
    b.sample({leaf, caller}, 5);
    b.profile().mutable_sample_type(0)->set_unit(0);
    CHECK(b.edges() == "PGO201");
}

TEST_CASE("Why a profile is refused or silently ignored") {
    CHECK(Builder().build()->ignored == SilentlyIgnored::no_samples);

    Builder no_start_line;
    const auto leaf = no_start_line.location(1, {{"leaf", 0, 1}});
    const auto caller = no_start_line.location(2, {{"caller", 0, 1}});
    CHECK(no_start_line.sample({leaf, caller}, 1).edges() == "PGO202");

    Builder single;
    const auto alone = single.location(1, {{"alone", 1, 1}});
    CHECK(single.sample({alone}, 1).build()->ignored == SilentlyIgnored::zero_weight);
    CHECK(single.build()->edges.empty());

    Builder all_zero;
    const auto zero = all_zero.location(1, {{"zero", 1, 1}});
    CHECK(all_zero.sample({zero}, 0).edges() == "PGO202");
}

TEST_CASE("A sum that overflows is an error") {
    Builder b;
    const auto leaf = b.location(1, {{"leaf", 1, 1}});
    const auto caller = b.location(2, {{"caller", 1, 1}});
    b.sample({leaf, caller}, INT64_MAX).sample({leaf, caller}, 1);
    CHECK(b.edges() == "PGO126");
}

TEST_CASE("The hot set includes the edge that exceeds 99%") {
    Builder b;
    const auto leaf = b.location(1, {{"leaf", 1, 1}});
    for (int i = 0; i < 10; ++i) b.sample({leaf, b.location(10, {{"caller", 1, i + 1}})}, i == 0 ? 991 : 1);
    const HotSet hot = hot_set(*b.build());
    CHECK(hot.edge_count == 1);
    CHECK(hot.threshold_percent == 99.1);
    CHECK(hot_set(*b.build(), 99.95).edge_count == 10);
    CHECK(hot_set(*b.build(), 100).edge_count == 10);
    CHECK(hot_set(*b.build(), 100).threshold_percent == 0);
}
