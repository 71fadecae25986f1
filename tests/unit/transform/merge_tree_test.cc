// Weights, scaling and failures: partial merges in any tree agree with one run.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "pgoprof/codec/pprof.h"
#include "pgoprof/model/invariants.h"
#include "pgoprof/transform/durations.h"
#include "pgoprof/transform/merge.h"
#include "profile.pb.h"
#include "support/raw.h"

using namespace pgoprof;
using pgoprof::testing::Raw;
namespace pb = perftools::profiles;

namespace {

struct Input {
    std::string bytes;
    std::int64_t weight = 1;
};

class Random {
public:
    explicit Random(std::uint32_t seed) : engine_(seed) {}
    std::uint64_t below(std::uint64_t end) { return engine_() % end; }
    std::mt19937_64& engine() { return engine_; }

private:
    std::mt19937_64 engine_;
};

/// A profile of a few stacks over `nanos`.
std::string cpu_profile(Random& random, std::int64_t nanos) {
    pb::Profile message;
    for (const char* const text : {"", "samples", "count", "cpu", "nanoseconds", "f", "g", "h", "label"}) {
        message.add_string_table(text);
    }
    for (const auto& [type, unit] : {std::pair(1, 2), std::pair(3, 4)}) {
        auto* const added = message.add_sample_type();
        added->set_type(type);
        added->set_unit(unit);
    }
    message.set_period(10);
    message.set_duration_nanos(nanos);
    for (std::uint64_t id = 1; id <= 3; ++id) {
        auto* const function = message.add_function();
        function->set_id(id);
        function->set_name(static_cast<std::int64_t>(4 + id));
        auto* const location = message.add_location();
        location->set_id(id);
        location->set_address(id * 16);
        location->add_line()->set_function_id(id);
    }
    for (auto samples = random.below(6); samples > 0; --samples) {
        auto* const sample = message.add_sample();
        for (auto depth = random.below(4); depth > 0; --depth) sample->add_location_id(1 + random.below(3));
        sample->add_value(static_cast<std::int64_t>(random.below(5)));
        sample->add_value(static_cast<std::int64_t>(random.below(5)) * 10);
        if (random.below(3) == 0) {
            auto* const label = sample->add_label();
            label->set_key(8);
            label->set_num(static_cast<std::int64_t>(random.below(2)));
        }
    }
    return message.SerializeAsString();
}

std::string merge(const std::vector<Input>& inputs, std::uint64_t failed, bool scaled) {
    Merger merger({.scaled = scaled});
    for (const Input& input : inputs) {
        const Raw raw(input.bytes);
        const auto factor = scaled ? scale_factor(input_summary(*raw), input.weight) : input.weight;
        REQUIRE(factor);
        REQUIRE(merger.add(*raw, "", *factor));
    }
    if (failed != 0) merger.count_failed(failed);
    const auto merged = std::move(merger).finish();
    REQUIRE(merged);
    std::string bytes;
    REQUIRE(encode_pprof(*merged, [&](ByteView piece) {
        bytes += as_text(piece);
        return Result<>();
    }));
    return bytes;
}

/// Merges `inputs` in random groups, the outcomes in random groups, and so on. Each of `failed` inputs is counted
/// somewhere on the way. `inputs` that are merged once need their weight no more.
std::string merge_tree(std::vector<Input> inputs, std::uint64_t failed, bool scaled, Random& random) {
    while (inputs.size() > 1) {
        std::ranges::shuffle(inputs, random.engine());
        std::vector<Input> merged;
        for (std::size_t begin = 0; begin < inputs.size();) {
            const std::size_t end = std::min<std::size_t>(inputs.size(), begin + 1 + random.below(3));
            const std::uint64_t failed_here = random.below(failed + 1);
            failed -= failed_here;
            const std::vector<Input> group(inputs.begin() + static_cast<std::ptrdiff_t>(begin),
                                           inputs.begin() + static_cast<std::ptrdiff_t>(end));
            merged.push_back({.bytes = merge(group, failed_here, scaled)});
            begin = end;
        }
        inputs = std::move(merged);
    }
    return merge(inputs, failed, scaled);
}

}  // namespace

TEST_CASE("Weighted, scaled and failed inputs: any tree of partial merges gives the bytes of one run") {
    static constexpr std::int64_t kDurations[] = {1,
                                                  999'999'937,
                                                  10'000'000'000,
                                                  29'987'654'321,
                                                  30'000'000'000,
                                                  31'000'000'001,
                                                  2'000'000'000'000,
                                                  5'999'999'999'999};
    for (std::uint32_t seed = 0; seed < 200; ++seed) {
        CAPTURE(seed);
        Random random(seed);
        const bool scaled = seed % 2 == 0;
        std::vector<Input> inputs(2 + random.below(7));
        for (Input& input : inputs) {
            input.bytes = cpu_profile(random, kDurations[random.below(8)]);
            input.weight = static_cast<std::int64_t>(1 + random.below(4));
        }
        const std::uint64_t failed = random.below(5);
        const std::string whole = merge(inputs, failed, scaled);
        for (int tree = 0; tree < 8; ++tree) REQUIRE(merge_tree(inputs, failed, scaled, random) == whole);
        pb::Profile message;
        REQUIRE(message.ParseFromString(whole));
        REQUIRE(message.comment_size() == 1);
        const auto summary = parse_input_summary(message.string_table(static_cast<int>(message.comment(0))));
        REQUIRE(summary);
        CHECK(summary->inputs == inputs.size());
        CHECK(summary->failed == failed);
        CHECK(summary->scaled == scaled);
        CHECK(summary->shortest_nanos > 0);
    }
}

TEST_CASE("Scaled and unscaled profiles do not mix") {
    Random random(1);
    const Input original{.bytes = cpu_profile(random, 10'000'000'000)};
    const Input scaled{.bytes = merge({original}, 0, true)};
    for (const auto& [first, second] : {std::pair(original, scaled), std::pair(scaled, original)}) {
        Merger merger;
        RawProfile raw;
        for (const Input& input : {first, second}) {
            Budget budget(kGiB);
            REQUIRE(decode_pprof(as_bytes(input.bytes), Limits{}, budget, raw));
            const auto added = merger.add(raw, "it");
            if (input.bytes == first.bytes) {
                REQUIRE(added);
            } else {
                REQUIRE_FALSE(added);
                CHECK(added.error().code == ErrorCode::disagreement);
                CHECK(added.error().input == "it");
                CHECK(added.error().remedy.find("--durations=scale") != std::string::npos);
            }
        }
        CHECK(merger.summary().inputs == 1);
    }
    CHECK(merge({original, scaled}, 0, true) == merge({original, original}, 0, true));
    CHECK(merge({scaled, scaled}, 0, false) == merge({original, original}, 0, true));
}
