#include "pgoprof/transform/merge.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "pgoprof/codec/pprof.h"
#include "pgoprof/model/invariants.h"
#include "profile.pb.h"
#include "support/raw.h"

using namespace pgoprof;
using pgoprof::testing::Raw;
namespace pb = perftools::profiles;

namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

/// Writes messages the way people think of them: strings as strings.
class Message {
public:
    Message() { message_.add_string_table(""); }

    std::int64_t text(const std::string& string) {
        const auto [place, added] = strings_.try_emplace(string, message_.string_table_size());
        if (added) message_.add_string_table(string);
        return place->second;
    }

    Message& type(const std::string& type, const std::string& unit) {
        auto* const added = message_.add_sample_type();
        added->set_type(text(type));
        added->set_unit(text(unit));
        return *this;
    }
    Message& cpu() { return type("samples", "count").type("cpu", "nanoseconds"); }

    Message& period(std::int64_t value, const std::string& type = "cpu", const std::string& unit = "nanoseconds") {
        message_.mutable_period_type()->set_type(text(type));
        message_.mutable_period_type()->set_unit(text(unit));
        message_.set_period(value);
        return *this;
    }

    Message& mapping(std::uint64_t id, std::uint64_t start, std::uint64_t size, const std::string& file,
                     const std::string& build_id = "") {
        auto* const added = message_.add_mapping();
        added->set_id(id);
        added->set_memory_start(start);
        added->set_memory_limit(start + size);
        added->set_filename(text(file));
        added->set_build_id(text(build_id));
        return *this;
    }

    /// A location whose one line is in a function of that name.
    Message& location(std::uint64_t id, std::uint64_t mapping, std::uint64_t address, const std::string& name) {
        auto* const function = message_.add_function();
        function->set_id(id);
        function->set_name(text(name));
        function->set_start_line(10);
        auto* const added = message_.add_location();
        added->set_id(id);
        added->set_mapping_id(mapping);
        added->set_address(address);
        auto* const line = added->add_line();
        line->set_function_id(id);
        line->set_line(12);
        return *this;
    }

    Message& sample(const std::vector<std::uint64_t>& stack, const std::vector<std::int64_t>& values) {
        auto* const added = message_.add_sample();
        added->mutable_location_id()->Assign(stack.begin(), stack.end());
        added->mutable_value()->Assign(values.begin(), values.end());
        return *this;
    }

    /// Of the last sample.
    Message& label(const std::string& key, const std::string& str, std::int64_t num = 0, const std::string& unit = "") {
        auto* const added = message_.mutable_sample(message_.sample_size() - 1)->add_label();
        added->set_key(text(key));
        added->set_str(text(str));
        added->set_num(num);
        added->set_num_unit(text(unit));
        return *this;
    }

    Message& comment(const std::string& comment) {
        message_.add_comment(text(comment));
        return *this;
    }

    pb::Profile* operator->() { return &message_; }
    std::string bytes() const { return message_.SerializeAsString(); }

private:
    pb::Profile message_;
    std::map<std::string, std::int64_t> strings_{{"", 0}};
};

Message cpu_profile(std::int64_t samples, std::int64_t nanos) {
    Message message;
    message.cpu().period(10).location(1, 0, 100, "main.work").sample({1}, {samples, nanos});
    return message;
}

std::string encoded(const StreamedProfile& profile) {
    std::string bytes;
    REQUIRE(encode_pprof(profile, [&](ByteView piece) {
        bytes += as_text(piece);
        return Result<>();
    }));
    return bytes;
}

Result<std::string> try_merge(const std::vector<std::string>& inputs, MergeOptions options = {}) {
    Merger merger(options);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (auto added = merger.add(*Raw(inputs[i]), "input " + std::to_string(i)); !added) return fail(added.error());
    }
    const auto merged = std::move(merger).finish();
    if (!merged) return fail(merged.error());
    return encoded(*merged);
}

std::string merge(const std::vector<std::string>& inputs, MergeOptions options = {}) {
    const auto merged = try_merge(inputs, options);
    if (!merged) FAIL(merged.error().message);
    return *merged;
}

Error merge_error(const std::vector<std::string>& inputs) {
    const auto merged = try_merge(inputs);
    REQUIRE_FALSE(merged);
    return merged.error();
}

pb::Profile parsed(const std::string& bytes) {
    pb::Profile message;
    REQUIRE(message.ParseFromString(bytes));
    return message;
}

std::vector<std::int64_t> first_values(const StreamedProfile& profile) {
    const auto values = parsed(encoded(profile)).sample(0).value();
    return {values.begin(), values.end()};
}

/// Draws small profiles that have much in common, and everything that the format has.
class Generator {
public:
    explicit Generator(std::uint32_t seed) : random_(seed) {}

    std::string profile() {
        Message message;
        types(message);
        header(message);
        const auto mapping_ids = ids(3);
        for (const auto id : mapping_ids) mapping(message, id);
        const auto location_ids = ids(6);
        for (const auto id : location_ids) location(message, id, mapping_ids);
        for (auto samples = below(12); samples > 0; --samples) sample(message, location_ids);
        return message.bytes();
    }

private:
    std::uint64_t below(std::uint64_t end) { return random_() % end; }
    bool chance() { return below(2) == 0; }
    std::string any(std::initializer_list<std::string> choices) { return choices.begin()[below(choices.size())]; }

    std::vector<std::uint64_t> ids(std::uint64_t most) {
        std::vector<std::uint64_t> ids(below(most + 1));
        std::iota(ids.begin(), ids.end(), 1);
        if (chance()) {
            for (auto& id : ids) id = (id << 60) + (random_() >> 8);
        }
        std::ranges::shuffle(ids, random_);
        return ids;
    }

    void types(Message& message) {
        if (chance()) message.type("wall", any({"ns", "seconds", "nanoseconds"}));
        if (chance()) message.type("samples", "count");
        message.type("cpu", any({"nanoseconds", "nanoseconds", "ms"}));
        if (chance()) message.type("alloc", any({"kb", "bytes"}));
    }

    void header(Message& message) {
        message.period(static_cast<std::int64_t>(below(3)), "cpu", any({"nanoseconds", "us"}));
        message->set_time_nanos(static_cast<std::int64_t>(below(4)));
        message->set_duration_nanos(static_cast<std::int64_t>(below(4)));
        message->set_default_sample_type(message.text(any({"", "cpu", "alloc"})));
        message->set_doc_url(message.text(any({"", "http://a", "http://b"})));
        message->set_drop_frames(message.text(any({"", "d", "e"})));
        message->set_keep_frames(message.text(any({"", "k", "l"})));
        for (auto comments = below(3); comments > 0; --comments) message.comment(any({"", "one", "two", "\xff"}));
    }

    void mapping(Message& message, std::uint64_t id) {
        static constexpr std::uint64_t kStarts[] = {0, 0x400000, 0xfffffffffffff000};
        static constexpr std::uint64_t kSizes[] = {0, 1, 4095, 4096, 4097, 0xfffffffffffffff0};
        message.mapping(id, kStarts[below(3)], kSizes[below(6)], any({"", "/bin/a", "/bin/b"}), any({"", "", "b1"}));
        auto& mapping = message->mutable_mapping()->at(message->mapping_size() - 1);
        mapping.set_has_functions(chance());
        mapping.set_has_inline_frames(chance());
    }

    void location(Message& message, std::uint64_t id, const std::vector<std::uint64_t>& mapping_ids) {
        const std::uint64_t mapping = mapping_ids.empty() || chance() ? 0 : mapping_ids[below(mapping_ids.size())];
        message.location(id, mapping, below(3), any({"f", "g", "bad\xff", ""}));
        auto& location = message->mutable_location()->at(message->location_size() - 1);
        location.set_is_folded(below(5) == 0);
        if (below(4) == 0) location.clear_line();
        if (below(4) == 0) location.add_line()->set_line(3);
    }

    void sample(Message& message, const std::vector<std::uint64_t>& location_ids) {
        std::vector<std::uint64_t> stack;
        if (!location_ids.empty()) {
            for (auto depth = below(4); depth > 0; --depth) stack.push_back(location_ids[below(location_ids.size())]);
        }
        std::vector<std::int64_t> values;
        for (int i = 0; i < message->sample_type_size(); ++i) values.push_back(static_cast<std::int64_t>(below(3)));
        message.sample(stack, values);
        for (auto labels = below(4); labels > 0; --labels) {
            const bool string = chance();
            message.label(any({"k", "route"}), string ? any({"v", "w"}) : "", string ? 0 : 7, any({"", "bytes"}));
        }
    }

    std::mt19937_64 random_;
};

}  // namespace

TEST_CASE("Neither order nor partial merges change a byte") {
    for (std::uint32_t seed = 0; seed < 200; ++seed) {
        CAPTURE(seed);
        Generator generator(seed);
        std::vector<std::string> inputs(4);
        std::ranges::generate(inputs, [&] { return generator.profile(); });
        const std::string whole = merge(inputs);
        std::vector<std::size_t> order{0, 1, 2, 3};
        do {
            const auto& [a, b, c, d] = std::tie(inputs[order[0]], inputs[order[1]], inputs[order[2]], inputs[order[3]]);
            REQUIRE(merge({a, b, c, d}) == whole);
            REQUIRE(merge({merge({a, b}), merge({c, d})}) == whole);
            REQUIRE(merge({merge({merge({a, b}), c}), d}) == whole);
            REQUIRE(merge({merge({a}), merge({b, merge({c}), d})}) == whole);
        } while (std::ranges::next_permutation(order).found);
        REQUIRE(merge({whole}) == whole);
    }
}

TEST_CASE("A merge satisfies every invariant and refers to all that it lists") {
    for (std::uint32_t seed = 0; seed < 100; ++seed) {
        Generator generator(seed);
        const Raw merged(merge({generator.profile(), generator.profile()}));
        std::vector<std::uint32_t> used = (*merged).stacks;
        std::ranges::sort(used);
        used.erase(std::ranges::unique(used).begin(), used.end());
        REQUIRE(used.size() == (*merged).locations.size());
        REQUIRE(std::ranges::is_sorted((*merged).strings));
        REQUIRE(std::ranges::adjacent_find((*merged).strings) == (*merged).strings.end());
    }
}

TEST_CASE("Equal stacks add up, zero samples vanish with what only they refer to") {
    Message first;
    first.cpu().period(10).location(1, 0, 100, "main.work").location(2, 0, 200, "main.gone");
    first.sample({1}, {1, 10}).sample({2}, {0, 0});
    Message second;
    second.cpu().period(20).location(0xfffffffffffffffe, 0, 100, "main.work").sample({0xfffffffffffffffe}, {2, 20});

    const auto merged = parsed(merge({first.bytes(), second.bytes()}));
    REQUIRE(merged.sample_size() == 1);
    CHECK(merged.sample(0).value(0) == 3);
    CHECK(merged.sample(0).value(1) == 30);
    CHECK(merged.location_size() == 1);
    CHECK(merged.function_size() == 1);
    CHECK(merged.period() == 20);
    CHECK(std::ranges::find(merged.string_table(), "main.gone") == merged.string_table().end());
}

TEST_CASE("Sample types: those that all have, in the finest unit, in a fixed order") {
    Message first;
    first.type("cpu", "nanoseconds").type("wall", "seconds").type("samples", "count").type("cpu", "count");
    first.location(1, 0, 1, "f").sample({1}, {5, 2, 1, 77});
    Message second;
    second.type("samples", "count").type("wall", "ms").type("extra", "bytes").type("cpu", "nanoseconds");
    second.location(1, 0, 1, "f").sample({1}, {1, 30, 9, 6});

    Merger merger;
    REQUIRE(merger.add(*Raw(first.bytes())));
    REQUIRE(merger.add(*Raw(second.bytes())));
    CHECK(std::ranges::equal(merger.dropped_sample_types(), std::vector<std::string>{"extra"}));
    const auto merged = std::move(merger).finish();
    REQUIRE(merged);
    std::vector<std::string> types;
    for (const auto& type : merged->head.sample_types) {
        types.push_back(std::string(merged->head.strings[type.type]) + "/" +
                        std::string(merged->head.strings[type.unit]));
    }
    CHECK(types == std::vector<std::string>{"samples/count", "cpu/nanoseconds", "wall/ms"});
    CHECK(first_values(*merged) == std::vector<std::int64_t>{2, 11, 2030});
}

TEST_CASE("Units that do not convert matter only if the sample type stays") {
    Message bytes;
    bytes.cpu().type("space", "bytes");
    Message seconds;
    seconds.cpu().type("space", "seconds");
    Message without;
    without.cpu();
    const Error error = merge_error({bytes.bytes(), seconds.bytes()});
    CHECK(error.code == ErrorCode::invalid_content);
    CHECK(error.input == "input 1");
    CHECK(error.message.find("space") != std::string::npos);
    CHECK(merge({bytes.bytes(), seconds.bytes(), without.bytes()}) ==
          merge({without.bytes(), seconds.bytes(), bytes.bytes()}));
}

TEST_CASE("No common sample type is an error that names both sides") {
    Message heap;
    heap.type("space", "bytes");
    const Error error = merge_error({cpu_profile(1, 1).bytes(), heap.bytes()});
    CHECK(error.input == "input 1");
    CHECK(error.message.find("space/bytes") != std::string::npos);
    CHECK(error.message.find("cpu/nanoseconds") != std::string::npos);
}

TEST_CASE("Period types must agree, in convertible units") {
    Message first;
    first.cpu().period(2, "cpu", "ms");
    Message second;
    second.cpu().period(10'000'000);
    Message wall;
    wall.cpu().period(10, "wall");
    const auto merged = parsed(merge({first.bytes(), second.bytes()}));
    CHECK(merged.period() == 10'000'000);
    CHECK(merged.string_table(static_cast<int>(merged.period_type().unit())) == "nanoseconds");
    CHECK(merge_error({first.bytes(), wall.bytes()}).code == ErrorCode::invalid_content);
    Message without;
    without.cpu();
    CHECK(merge_error({first.bytes(), without.bytes()}).code == ErrorCode::invalid_content);
}

TEST_CASE("A sum that does not fit is an error in any order, naming type, function and input") {
    const std::string huge = cpu_profile(1, kMax).bytes();
    const std::string one = cpu_profile(1, 1).bytes();
    for (const auto& inputs : {std::vector{huge, one}, std::vector{one, huge}, std::vector{one, huge, one}}) {
        const Error error = merge_error(inputs);
        CHECK(error.code == ErrorCode::overflow);
        CHECK(error.rule == "PGO126");
        CHECK(error.input == "input 1");
        CHECK(error.message.find("cpu/nanoseconds") != std::string::npos);
        CHECK(error.message.find("main.work") != std::string::npos);
    }
    // Within an input, and by a unit.
    Message twice = cpu_profile(1, kMax);
    twice.sample({1}, {1, 1});
    CHECK(merge_error({twice.bytes()}).code == ErrorCode::overflow);
    Message seconds;
    seconds.type("samples", "count")
        .type("cpu", "seconds")
        .period(10)
        .location(1, 0, 1, "f")
        .sample({1}, {1, kMax / 10});
    CHECK(merge_error({seconds.bytes(), one}).code == ErrorCode::overflow);
    CHECK(merge_error({one, seconds.bytes()}).code == ErrorCode::overflow);
    // Not in a column that is left out at the end.
    Message samples;
    samples.type("samples", "count").period(10);
    CHECK(merge({huge, one, samples.bytes()}) == merge({samples.bytes(), one, huge}));
}

TEST_CASE("A duration that does not fit is an error") {
    Message first = cpu_profile(1, 1);
    first->set_duration_nanos(kMax);
    Message second = cpu_profile(1, 1);
    second->set_duration_nanos(1);
    CHECK(merge_error({first.bytes(), second.bytes()}).code == ErrorCode::overflow);
}

TEST_CASE("Negative values are refused unless allowed, and what cancels vanishes") {
    const std::string plus = cpu_profile(1, 5).bytes();
    const std::string minus = cpu_profile(-1, -5).bytes();
    const Error error = merge_error({plus, minus});
    CHECK(error.code == ErrorCode::invalid_content);
    CHECK(error.input == "input 1");
    CHECK(error.remedy.find("--allow-negative") != std::string::npos);
    const MergeOptions allow{.negative_values = NegativeValues::allow};
    CHECK(parsed(merge({minus}, allow)).sample(0).value(1) == -5);
    const auto cancelled = parsed(merge({plus, minus}, allow));
    CHECK(cancelled.sample_size() == 0);
    CHECK(cancelled.location_size() == 0);
    CHECK(cancelled.function_size() == 0);
}

TEST_CASE("After an error the merger is as before") {
    const std::string good = cpu_profile(1, 5).bytes();
    Message wall = cpu_profile(1, 5);
    wall.period(10, "wall");
    Message heap;
    heap.type("space", "bytes").period(10).comment("of the heap");
    Merger merger;
    REQUIRE(merger.add(*Raw(good)));
    CHECK_FALSE(merger.add(*Raw(cpu_profile(1, -5).bytes())));
    CHECK_FALSE(merger.add(*Raw(wall.bytes())));
    CHECK_FALSE(merger.add(*Raw(heap.bytes())));
    REQUIRE(merger.add(*Raw(good)));
    const auto merged = std::move(merger).finish();
    REQUIRE(merged);
    CHECK(encoded(*merged) == merge({good, good}));
}

TEST_CASE("Load addresses do not count, mappings match by build id or file, size and offset") {
    const auto at = [](std::uint64_t start, std::uint64_t size, const std::string& file, const std::string& build_id) {
        Message message;
        message.cpu().mapping(7, start, size, file, build_id).location(1, 7, start + 0x10, "f").sample({1}, {1, 1});
        return message.bytes();
    };
    const auto one = parsed(merge({at(0x5000, 0x2000, "/b/app", "id"), at(0x1000, 0x1ffe, "/a/app", "id")}));
    REQUIRE(one.mapping_size() == 1);
    CHECK(one.mapping(0).memory_start() == 0x1000);
    CHECK(one.mapping(0).memory_limit() == 0x3000);
    CHECK(one.string_table(static_cast<int>(one.mapping(0).filename())) == "/a/app");
    CHECK(one.location(0).address() == 0x1010);
    CHECK(one.sample_size() == 1);

    const auto same_file = parsed(merge({at(0x5000, 0x2000, "/b/app", ""), at(0x1000, 0x2000, "/b/app", "")}));
    CHECK(same_file.mapping_size() == 1);
    CHECK(parsed(merge({at(0, 0x2000, "/b", ""), at(0, 0x2001, "/b", "")})).mapping_size() == 2);
    CHECK(parsed(merge({at(0, 0x2000, "/b", ""), at(0, 0x2000, "/c", "")})).mapping_size() == 2);
    CHECK(parsed(merge({at(0, 0x2000, "/b", "x"), at(0, 0x2000, "/b", "y")})).sample_size() == 2);
}

TEST_CASE("The main mapping is the smallest of the inputs' first; listed mappings stay, used or not") {
    Message first;
    first.cpu().mapping(1, 0, 0x1000, "/m").mapping(2, 0x1000, 0x1000, "/a");
    Message second;
    second.cpu().mapping(1, 0, 0x1000, "/k").mapping(2, 0x2000, 0x1000, "/z");
    const auto merged = parsed(merge({first.bytes(), second.bytes()}));
    std::vector<std::string> files;
    for (const auto& mapping : merged.mapping())
        files.push_back(merged.string_table(static_cast<int>(mapping.filename())));
    CHECK(files == std::vector<std::string>{"/k", "/a", "/m", "/z"});
}

TEST_CASE("Labels are part of a sample; order matters only within a key, and nothing is dropped") {
    Message message;
    message.cpu().location(1, 0, 1, "f");
    message.sample({1}, {1, 1}).label("b", "x").label("a", "", 5, "bytes").label("a", "y");
    message.sample({1}, {1, 1}).label("a", "y").label("a", "", 5, "bytes").label("b", "x");
    message.sample({1}, {1, 1}).label("a", "y").label("a", "", 5).label("b", "x");
    message.sample({1}, {1, 1}).label("a", "y").label("a", "z");
    message.sample({1}, {1, 1}).label("a", "z").label("a", "y");
    message.sample({1}, {1, 1}).label("a", "");
    message.sample({1}, {1, 1});
    const auto merged = parsed(merge({message.bytes()}));
    CHECK(merged.sample_size() == 6);
    const auto doubled =
        std::ranges::find_if(merged.sample(), [](const pb::Sample& sample) { return sample.value(0) == 2; });
    REQUIRE(doubled != merged.sample().end());
    REQUIRE(doubled->label_size() == 3);
    CHECK(merged.string_table(static_cast<int>(doubled->label(0).str())) == "y");
    CHECK(doubled->label(1).num() == 5);
    CHECK(merged.string_table(static_cast<int>(doubled->label(1).num_unit())) == "bytes");
    CHECK(merged.string_table(static_cast<int>(doubled->label(2).str())) == "x");
}

/// One sample a location, its value the location's address.
std::string many_locations(std::uint64_t first, std::uint64_t count) {
    Message message;
    message.cpu().period(10).location(1, 0, first, "main.work");
    message.sample({1}, {static_cast<std::int64_t>(first), 1});
    for (std::uint64_t id = 2; id <= count; ++id) {
        auto* const added = message->add_location();
        *added = message->location(0);
        added->set_id(id);
        added->set_address(first + id - 1);
        message.sample({id, 1}, {static_cast<std::int64_t>(first + id - 1), 1});
    }
    return message.bytes();
}

TEST_CASE("More locations than 16 bits can count") {
    const std::string low = many_locations(1, 40'000);
    const std::string high = many_locations(40'001, 40'000);
    const std::string overlapping = many_locations(30'001, 30'000);
    const std::string whole = merge({low, high, overlapping});
    CHECK(merge({overlapping, low, high}) == whole);
    CHECK(merge({merge({overlapping, high}), low}) == whole);

    const auto merged = parsed(whole);
    CHECK(merged.location_size() == 80'000);
    std::int64_t sum = 0;
    for (const auto& sample : merged.sample()) {
        const auto address = merged.location(static_cast<int>(sample.location_id(0)) - 1).address();
        REQUIRE(sample.value(0) % static_cast<std::int64_t>(address) == 0);
        sum += sample.value(1);
    }
    CHECK(sum == 110'000);
}

TEST_CASE("Only the labels with the given keys are kept, and samples that differed in others become one") {
    Message message;
    message.cpu().location(1, 0, 1, "f");
    message.sample({1}, {1, 1}).label("user", "a").label("route", "/");
    message.sample({1}, {2, 2}).label("user", "b").label("route", "/");
    const auto label_keys = [&](std::vector<std::string> kept) {
        const auto merged = parsed(merge({message.bytes()}, {.kept_labels = std::move(kept)}));
        REQUIRE(merged.sample_size() == 1);
        CHECK(merged.sample(0).value(0) == 3);
        std::vector<std::string> keys;
        for (const auto& label : merged.sample(0).label()) {
            keys.push_back(merged.string_table(static_cast<int>(label.key())));
        }
        return keys;
    };
    CHECK(label_keys({"route", "unknown"}) == std::vector<std::string>{"route"});
    CHECK(label_keys({}).empty());
}

TEST_CASE("An input with a factor counts as many times") {
    Merger merger;
    Message one = cpu_profile(1, 10);
    Message other = cpu_profile(5, 50);
    REQUIRE(merger.add(*Raw(one.bytes()), "one", 100));
    REQUIRE(merger.add(*Raw(other.bytes()), "other"));
    const auto merged = std::move(merger).finish();
    REQUIRE(merged);
    CHECK(first_values(*merged) == std::vector<std::int64_t>{105, 1050});

    Merger overflowing;
    REQUIRE(overflowing.add(*Raw(cpu_profile(1, 3).bytes()), "x", kMax / 2));
    const auto overflow = std::move(overflowing).finish();
    REQUIRE_FALSE(overflow);
    CHECK(overflow.error().message ==
          "cpu/nanoseconds of a sample in main.work: 0 + 3 * 1 * 4611686018427387903 does not fit in 64 bits");
}

TEST_CASE("Provenance of inputs becomes one comment") {
    Message original = cpu_profile(1, 1);
    original->set_duration_nanos(30);
    original.comment("kept");
    Message partial = cpu_profile(1, 1);
    partial->set_duration_nanos(65);
    partial.comment("pgoprof/1 inputs=2 failed=1 duration=31..34 scaled=0");
    const auto merged = parsed(merge({original.bytes(), partial.bytes()}));
    std::vector<std::string> comments;
    for (const auto index : merged.comment()) comments.push_back(merged.string_table(static_cast<int>(index)));
    CHECK(comments == std::vector<std::string>{"kept", "pgoprof/1 inputs=3 failed=1 duration=30..34 scaled=0"});
    CHECK(merged.duration_nanos() == 95);
}

TEST_CASE("A file without sample types cannot be merged") {
    Message empty;
    empty.period(10);
    CHECK(merge_error({empty.bytes()}).code == ErrorCode::invalid_content);
    Merger merger;
    CHECK_FALSE(merger.add(RawProfile{}));  // a file of zero bytes
}

TEST_CASE("Units that do not convert fail a compact merge in any order") {
    // Whether there is a samples/count at all must not depend on which of its units came first.
    const auto with_samples_in = [](const std::string& unit) {
        Message message;
        message.type("samples", unit).type("cpu", "nanoseconds").period(10).location(1, 0, 100, "main.work");
        return message.sample({1}, {1, 10}).bytes();
    };
    const std::string counts = with_samples_in("count");
    const std::string times = with_samples_in("nanoseconds");
    for (const auto& inputs : {std::vector{counts, times}, std::vector{times, counts}}) {
        const auto merged = try_merge(inputs, {.detail = Detail::compact});
        REQUIRE_FALSE(merged);
        CHECK(merged.error().message.find("do not convert") != std::string::npos);
    }
    CHECK(try_merge({times, times}, {.detail = Detail::compact}));
}
