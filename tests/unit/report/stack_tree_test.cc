#include "pgoprof/report/stack_tree.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <vector>

#include "support/random_profile.h"
#include "support/raw.h"

using namespace pgoprof;
using pgoprof::testing::Raw;
namespace pb = perftools::profiles;

namespace {

/// From the root's callee on.
using Path = std::vector<std::string>;

struct Weights {
    std::int64_t weight = 0;
    std::int64_t self = 0;
    friend bool operator==(const Weights&, const Weights&) = default;
};

using Tree = std::map<Path, Weights>;

Tree by_path(const StackTree& built) {
    std::vector<Path> paths(1);
    Tree tree;
    for (std::size_t i = 0; i < built.frames.size(); ++i) {
        const StackFrame& frame = built.frames[i];
        if (i > 0) {
            REQUIRE(frame.parent < i);
            paths.push_back(paths[frame.parent]);
            paths.back().emplace_back(built.names[frame.name]);
        }
        tree[paths[i]] = {frame.weight, frame.self};
    }
    REQUIRE(tree.size() == built.frames.size());
    return tree;
}

template <typename Records>
const auto& with_id(const Records& records, std::uint64_t id) {
    return *std::ranges::find_if(records, [&](const auto& record) { return record.id() == id; });
}

std::string without_function(const pb::Profile& profile, const pb::Location& location) {
    std::string file;
    if (location.mapping_id() != 0) {
        const auto& mapping = with_id(profile.mapping(), location.mapping_id());
        file = profile.string_table(static_cast<int>(mapping.filename()));
        file = file.substr(file.rfind('/') + 1);
    }
    return "[" + (file.empty() ? "unknown" : file) + "]";
}

/// From the root to the leaf.
Path frames_of(const pb::Profile& profile, const pb::Sample& sample) {
    Path frames;
    for (const std::uint64_t id : sample.location_id()) {
        const pb::Location& location = with_id(profile.location(), id);
        if (location.line().empty()) frames.push_back(without_function(profile, location));
        for (const pb::Line& line : location.line()) {
            frames.push_back(line.function_id() == 0 ? without_function(profile, location)
                                                     : profile.string_table(static_cast<int>(
                                                           with_id(profile.function(), line.function_id()).name())));
        }
    }
    std::ranges::reverse(frames);
    return frames;
}

/// The same, done the plain way.
Tree merged(const pb::Profile& profile, int column) {
    Tree tree{{Path(), {}}};
    for (const pb::Sample& sample : profile.sample()) {
        const std::int64_t weight = sample.value(column);
        if (weight <= 0) continue;
        Path path;
        tree[path].weight += weight;
        for (const std::string& name : frames_of(profile, sample)) {
            path.push_back(name);
            tree[path].weight += weight;
        }
        tree[path].self += weight;
    }
    return tree;
}

std::map<std::string, Weights> functions_of(const pb::Profile& profile, int column) {
    std::map<std::string, Weights> functions;
    for (const pb::Sample& sample : profile.sample()) {
        const std::int64_t weight = std::max<std::int64_t>(sample.value(column), 0);
        Path frames = frames_of(profile, sample);
        if (frames.empty()) continue;
        functions[frames.back()].self += weight;
        std::ranges::sort(frames);
        frames.erase(std::ranges::unique(frames).begin(), frames.end());
        for (const std::string& name : frames) functions[name].weight += weight;
    }
    std::erase_if(functions, [](const auto& function) { return function.second == Weights{}; });
    return functions;
}

StackTree build(const pb::Profile& profile, const StackTreeLimits& limits = {}) {
    const Raw raw(profile.SerializeAsString());
    auto built = build_stack_tree(*raw, 0, limits);
    REQUIRE(built);
    return std::move(*built);
}

/// Values small enough to sum up.
pb::Profile small_random_profile(std::uint64_t seed) {
    pb::Profile profile = testing::random_profile(seed);
    for (pb::Sample& sample : *profile.mutable_sample()) sample.set_value(0, sample.value(0) % 1000);
    return profile;
}

}  // namespace

TEST_CASE("Stacks merge frame by frame, inlined ones among them") {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        const pb::Profile profile = small_random_profile(seed);
        const StackTree built = build(profile);
        CHECK(by_path(built) == merged(profile, 0));
        CHECK(built.hidden_weight == 0);
        CHECK(std::ranges::is_sorted(built.frames, std::ranges::greater(), &StackFrame::weight));
    }
}

TEST_CASE("Functions add up over whole stacks, whatever is left out of the frames") {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        const pb::Profile profile = small_random_profile(seed);
        const StackTree built = build(profile, {.frames = 3, .depth = 2});
        std::map<std::string, Weights> functions;
        for (std::uint32_t id = 0; id < built.functions.size(); ++id) {
            const FunctionTotals& totals = built.functions[id];
            if (totals.weight != 0) {
                functions[std::string(built.names[StringId{id}])] = {totals.weight, totals.self};
            }
        }
        CHECK(functions == functions_of(profile, 0));
    }
}

TEST_CASE("A limit leaves the heaviest frames, and what hangs below is counted") {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        const pb::Profile profile = small_random_profile(seed);
        const Tree all = merged(profile, 0);
        std::vector<std::int64_t> heaviest;
        for (const auto& [path, weights] : all) heaviest.push_back(weights.weight);
        std::ranges::sort(heaviest, std::ranges::greater());
        for (const std::size_t limit : {0U, 1U, 5U, 20U}) {
            const StackTree built = build(profile, {.frames = limit});
            const Tree kept = by_path(built);
            REQUIRE(built.frames.size() == std::min(limit + 1, all.size()));
            std::int64_t hidden = 0;
            for (const auto& [path, weights] : all) {
                if (kept.contains(path)) {
                    CHECK(kept.at(path) == weights);
                } else if (kept.contains(Path(path.begin(), path.end() - 1))) {
                    hidden += weights.weight;
                }
            }
            CHECK(built.hidden_weight == hidden);
            for (std::size_t i = 0; i < built.frames.size(); ++i) CHECK(built.frames[i].weight == heaviest[i]);
        }
    }
}

TEST_CASE("Stacks are cut at the depth limit") {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        const pb::Profile profile = small_random_profile(seed);
        Tree expected = merged(profile, 0);
        std::int64_t hidden = 0;
        for (const auto& [path, weights] : expected) hidden += path.size() == 3 ? weights.weight : 0;
        std::erase_if(expected, [](const auto& frame) { return frame.first.size() > 2; });
        const StackTree built = build(profile, {.depth = 2});
        CHECK(by_path(built) == expected);
        CHECK(built.hidden_weight == hidden);
    }
}

TEST_CASE("Negative samples are counted, and a sum beyond 64 bits is an error") {
    pb::Profile profile;
    for (const char* text : {"", "samples", "count"}) profile.add_string_table(text);
    profile.add_sample_type()->set_type(1);
    profile.mutable_sample_type(0)->set_unit(2);
    for (const std::int64_t value : {INT64_MIN, std::int64_t{-1}, std::int64_t{0}, INT64_MAX}) {
        profile.add_sample()->add_value(value);
    }
    const StackTree built = build(profile);
    CHECK(built.negative_samples == 2);
    CHECK(by_path(built) == Tree{{Path(), {INT64_MAX, INT64_MAX}}});

    profile.add_sample()->add_value(1);
    const Raw raw(profile.SerializeAsString());
    CHECK(build_stack_tree(*raw, 0).error().rule == "PGO126");
}
