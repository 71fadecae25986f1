// Selecting, renaming, tidying and anonymizing whole profiles.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "pgoprof/codec/pprof.h"
#include "pgoprof/codec/preprofile.h"
#include "pgoprof/load.h"
#include "pgoprof/model/profile_builder.h"
#include "pgoprof/transform/anonymize.h"
#include "pgoprof/transform/call_edges.h"
#include "pgoprof/transform/hot_set.h"
#include "pgoprof/transform/intern.h"
#include "pgoprof/transform/no_inline.h"
#include "pgoprof/transform/raw_view.h"
#include "pgoprof/transform/rename.h"
#include "pgoprof/transform/tidy.h"
#include "support/random_profile.h"

using namespace pgoprof;

namespace {

const std::filesystem::path kReal = std::filesystem::path(PGOPROF_TESTDATA) / "real";

Profile load_real(const std::string& name) {
    Loader loader;
    const auto raw = load_profile(loader, kReal / name);
    REQUIRE(raw.has_value());
    return intern(**raw);
}

std::vector<Profile> real_profiles() {
    std::vector<Profile> profiles;
    for (const char* name : {"mixed-go1.26.pprof", "labels-go1.26.pprof", "mixed-again-go1.26.pprof"}) {
        profiles.push_back(load_real(name));
    }
    return profiles;
}

/// What the compiler would read, or why it would not.
std::string preprofiled(const Profile& profile) {
    const auto edges = build_call_edges(raw_view(profile));
    return edges ? std::string(as_text(encode_preprofile(*edges).view())) : edges.error().message;
}

/// A stack of functions, leaf first, each at an address and line of its own.
void add_stack(ProfileBuilder& builder, const std::vector<std::string>& stack, std::int64_t value) {
    std::vector<LocationId> locations;
    for (const std::string& name : stack) {
        const FunctionId function = builder.function(name, "/src/app/main.go", 10);
        const Line line{.function = function, .line = 12};
        const auto address = 0x1000 + 16 * function.value;
        locations.push_back(builder.location(kNone<MappingId>, address, std::span(&line, 1)));
    }
    REQUIRE(builder.add_sample(locations, std::span(&value, 1)));
}

ProfileBuilder counting() {
    ProfileBuilder builder;
    builder.profile.sample_types.push_back({builder.string("samples"), builder.string("count")});
    return builder;
}

RenameReport rename(Profile& profile, const std::vector<std::string>& rules) {
    std::vector<RenameStep> steps;
    for (const std::string& text : rules) {
        const auto rule = RenameRule::parse(text);
        REQUIRE(rule.has_value());
        auto step = rename_step(*rule, profile);
        REQUIRE(step.has_value());
        steps.push_back(std::move(*step));
    }
    RenameReport report = rename_functions(profile, steps);
    auto tidied = tidy(profile);
    REQUIRE(tidied.has_value());
    profile = std::move(*tidied);
    return report;
}

std::int64_t total(const Profile& profile, std::size_t column) {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < profile.sample_count(); ++i) sum += profile.sample_values(i)[column];
    return sum;
}

bool holds(const Profile& profile, std::string_view text) {
    const Buffer encoded = encode_pprof(profile);
    return as_text(encoded.view()).find(text) != std::string_view::npos;
}

}  // namespace

TEST_CASE("the raw view of a profile is what decoding its encoding gives") {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        const std::string message = testing::random_profile(seed).SerializeAsString();
        Loader loader;
        const auto raw = load_profile_bytes(loader, as_bytes(message), "random");
        REQUIRE(raw.has_value());
        const Profile profile = intern(**raw);
        CHECK(intern(raw_view(profile)) == profile);
    }
}

TEST_CASE("tidying changes no call edge, and is done once") {
    for (const Profile& profile : real_profiles()) {
        const auto tidied = tidy(profile);
        REQUIRE(tidied.has_value());
        CHECK(preprofiled(*tidied) == preprofiled(profile));
        for (std::size_t column = 0; column < profile.sample_types.size(); ++column) {
            CHECK(total(*tidied, column) == total(profile, column));
        }
        const auto again = tidy(*tidied);
        REQUIRE(again.has_value());
        CHECK(*again == *tidied);
    }
}

TEST_CASE("a selection keeps sample types, samples and labels") {
    const Profile profile = load_real("labels-go1.26.pprof");
    const auto cpu = find_sample_type(profile, "cpu");
    REQUIRE(cpu.has_value());
    CHECK(find_sample_type(profile, "cpu/nanoseconds") == *cpu);
    const auto none = find_sample_type(profile, "wall");
    REQUIRE_FALSE(none.has_value());
    CHECK(none.error().code == ErrorCode::usage);
    CHECK(none.error().remedy == "it has samples/count, cpu/nanoseconds");

    const auto selected = tidy(profile, {.sample_type = *cpu, .samples = {}, .label_keys = std::vector<std::string>{}});
    REQUIRE(selected.has_value());
    REQUIRE(selected->sample_types.size() == 1);
    CHECK(selected->strings[selected->sample_types[0].type] == "cpu");
    CHECK(total(*selected, 0) == total(profile, *cpu));
    CHECK(selected->sample_count() < profile.sample_count());
    for (std::size_t i = 0; i < selected->sample_count(); ++i) CHECK(selected->sample_labels(i).empty());

    std::vector<bool> first(profile.sample_count());
    first[0] = true;
    const auto one = tidy(profile, {.sample_type = {}, .samples = first, .label_keys = {}});
    REQUIRE(one.has_value());
    CHECK(one->sample_count() == 1);
    CHECK(one->locations.size() <= one->sample_stack(0).size());
    CHECK(std::ranges::equal(one->sample_values(0), profile.sample_values(0)));
}

TEST_CASE("renaming there and back again gives the same profile") {
    for (const Profile& profile : real_profiles()) {
        const Profile before = *tidy(profile);
        Profile there = before;
        rename(there, {"main=example.com/x.y/z.w", "runtime=vendor/runtime", "runtime/pprof=moved"});
        CHECK_FALSE(there == before);
        CHECK(preprofiled(there) != preprofiled(before));
        Profile back = there;
        rename(back, {"moved=runtime/pprof", "vendor/runtime=runtime", "example.com/x.y/z%2ew=main"});
        CHECK(back == before);
    }
}

TEST_CASE("functions that become one are added up, and named") {
    ProfileBuilder builder = counting();
    add_stack(builder, {"main.old", "main.main"}, 3);
    add_stack(builder, {"main.new", "main.main"}, 4);
    add_stack(builder, {"main.other", "main.main"}, 5);
    const RenameReport report = rename(builder.profile, {"main.old=main.new", "main.none=main.more"});
    CHECK(report.joined == std::vector<std::string>{"main.new"});
    CHECK(report.total_weight == 12);
    REQUIRE(report.effects.size() == 2);
    CHECK(report.effects[0].functions == 1);
    CHECK(report.effects[0].edge_weight == 3);
    CHECK(report.effects[1].functions == 0);
    CHECK(builder.profile.functions.size() == 3);
    CHECK(preprofiled(builder.profile) == "GO PREPROFILE V1\nmain.main\nmain.new\n2 7\nmain.main\nmain.other\n2 5\n");
}

TEST_CASE("what a rule is of, the profile decides where its sides do not") {
    ProfileBuilder builder = counting();
    add_stack(builder, {"gopkg.in/yaml%2ev2.F", "main.main"}, 3);
    Profile moved = builder.profile;
    rename(moved, {"gopkg.in/yaml.v2=gopkg.in/yaml.v3"});
    CHECK(holds(moved, "gopkg.in/yaml%2ev3.F"));

    add_stack(builder, {"gopkg.in/yaml.v2", "main.main"}, 3);  // a function v2 of gopkg.in/yaml
    const auto step = rename_step(*RenameRule::parse("gopkg.in/yaml.v2=gopkg.in/yaml.v3"), builder.profile);
    REQUIRE_FALSE(step.has_value());
    CHECK(step.error().code == ErrorCode::usage);
    rename(builder.profile, {"gopkg.in/yaml%2ev2=gopkg.in/yaml%2ev3"});
    CHECK(holds(builder.profile, "gopkg.in/yaml%2ev3.F"));
    CHECK(holds(builder.profile, "gopkg.in/yaml.v2"));
}

TEST_CASE("what is not to be inlined keeps its weight, and the threshold its value") {
    CHECK(grows_stacks("runtime.gopark"));
    for (Profile profile : real_profiles()) {
        const auto before = build_call_edges(raw_view(profile));
        const std::string callee(before->names[before->edges[0].callee]);
        const std::vector steps{no_inline_step(callee), no_stack_growth_step()};
        const RenameReport report = rename_functions(profile, steps);
        CHECK(report.effects[0].functions == 1);
        const auto after = build_call_edges(raw_view(profile));
        CHECK(after->total_weight == before->total_weight);
        CHECK(hot_set(*after).threshold_percent == hot_set(*before).threshold_percent);
        CHECK(hot_set(*after).edge_count == hot_set(*before).edge_count);
        for (const CallEdge& edge : after->edges) {
            CHECK(after->names[edge.callee] != callee);
            CHECK(after->names[edge.caller] != callee);
        }
    }
    const NamedFunction instance{.name = "main.F[go.shape.int]"};
    CHECK(no_inline_step("main.F").apply(instance) == "DO NOT INLINE: main.F[go.shape.int]");
    CHECK_FALSE(no_inline_step("main.F[go.shape.string]").apply(instance).has_value());
    CHECK_FALSE(no_inline_step("main.F").apply({"main.F.func1"}).has_value());
    CHECK_FALSE(no_inline_step("main.F").apply({"DO NOT INLINE: main.F"}).has_value());
}

TEST_CASE("an anonymous profile tells nothing but what is Go's own") {
    ProfileBuilder builder = counting();
    const std::vector<std::string> secret{
        "secret.com/team/app.(*Acct).Charge.func1",
        "secret.com/team/app.F[go.shape.struct { secret.com/team/app.x int }]",
        "slices.SortFunc[go.shape.[]secret.com/team/app.T,go.shape.int].secretCompare.func1",
        "main.secretWork",
        "type:.eq.secret.com/team/app.T",
        "go:struct { secret.com/app.T }.M",
        "secret_c_function",
        "DO NOT INLINE: secret.com/team/app.G",
        "main.main.secretCall.func1.2",
        "log/secret.F",
        "main.(*secretT.M"};
    const std::vector<std::string> open{"main.main",
                                        "main.init.0",
                                        "runtime.mallocgc",
                                        "slices.SortFunc[go.shape.int]",
                                        "memeqbody",
                                        "sync/atomic.(*Pointer[go.shape.uint8]).Load",
                                        "net/http.(*conn).serve.func1",
                                        "type:.eq.runtime.g",
                                        ""};
    for (const auto* names : {&secret, &open}) {
        for (const std::string& name : *names) add_stack(builder, {name, "main.main"}, 1);
    }
    Profile& profile = builder.profile;
    profile.mappings.push_back({.filename = builder.string("/srv/secret"), .build_id = builder.string("5ec2e7")});
    profile.mappings.push_back({.filename = builder.string("[vdso]")});
    profile.comments = {builder.string("secret"), builder.string("pgoprof/1 inputs=3 failed=0 duration=0..0 scaled=0")};
    profile.doc_url = profile.drop_frames = profile.keep_frames = builder.string("secret");
    const auto key = as_bytes(std::string_view("0123456789abcdef"));
    const auto anonymous = anonymize(profile, key);
    REQUIRE(anonymous.has_value());
    for (const char* word : {"secret", "Acct", "Charge", "app", "5ec2e7", "/src/"}) {
        INFO(word);
        CHECK_FALSE(holds(anonymous->profile, word));
    }
    for (const std::string& name : open) CHECK(holds(anonymous->profile, name));
    for (const char* word : {"DO NOT INLINE: ", ".func1.2", "slices.SortFunc[go.shape.", "[vdso]", "type:.eq.",
                             "inputs=3", "net/http/main.go"}) {
        INFO(word);
        CHECK(holds(anonymous->profile, word));
    }
    CHECK(anonymous->replaced == secret.size());
    CHECK(anonymous->kept == open.size());
    CHECK(anonymize(profile, key)->profile == anonymous->profile);
    const auto other = anonymize(profile, as_bytes(std::string_view("0123456789abcdeF")));
    CHECK_FALSE(other->profile == anonymous->profile);
}

TEST_CASE("to the compiler, an anonymous profile is the same under other names") {
    for (const Profile& profile : real_profiles()) {
        const auto anonymous = anonymize(profile, as_bytes(std::string_view("0123456789abcdef")));
        REQUIRE(anonymous.has_value());
        const auto before = build_call_edges(raw_view(profile));
        const auto after = build_call_edges(raw_view(anonymous->profile));
        REQUIRE(before.has_value() == after.has_value());
        if (!before) continue;
        CHECK(after->total_weight == before->total_weight);
        CHECK(hot_set(*after).threshold_percent == hot_set(*before).threshold_percent);
        const auto shape = [](const EdgeProfile& edges) {
            std::multiset<std::pair<std::int64_t, std::int64_t>> shapes;
            for (const CallEdge& edge : edges.edges) shapes.emplace(edge.call_site_offset, edge.weight);
            return shapes;
        };
        CHECK(shape(*after) == shape(*before));
    }
}

TEST_CASE("stacks are matched by functions, files and mappings") {
    ProfileBuilder builder = counting();
    builder.profile.mappings.push_back({.filename = builder.string("/bin/server")});
    const FunctionId function = builder.function("main.f", "/src/main.go", 1);
    const Line line{.function = function, .line = 2};
    const LocationId named = builder.location(kNone<MappingId>, 1, std::span(&line, 1));
    const LocationId mapped = builder.location(MappingId{0}, 2, {});
    const std::int64_t one = 1;
    REQUIRE(builder.add_sample(std::vector{named, mapped}, std::span(&one, 1)));
    REQUIRE(builder.add_sample(std::vector{named}, std::span(&one, 1)));
    REQUIRE(builder.add_sample(std::vector<LocationId>{}, std::span(&one, 1)));
    const auto matching = [&](std::string_view wanted) {
        return samples_matching(builder.profile, [&](std::string_view text) { return text == wanted; });
    };
    CHECK(matching("main.f") == std::vector{true, true, false});
    CHECK(matching("/src/main.go") == std::vector{true, true, false});
    CHECK(matching("/bin/server") == std::vector{true, false, false});
    CHECK(matching("samples") == std::vector{false, false, false});
}
