#include "pgoprof/transform/compact.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <tuple>
#include <vector>

#include "pgoprof/codec/pprof.h"
#include "pgoprof/codec/preprofile.h"
#include "pgoprof/model/invariants.h"
#include "pgoprof/transform/call_edges.h"
#include "pgoprof/transform/intern.h"
#include "profile.pb.h"
#include "support/random_profile.h"
#include "support/raw.h"

// The comparison with the Go toolchain is in tests/oracle/test_compact.py.

using namespace pgoprof;
using pgoprof::testing::Raw;
namespace pb = perftools::profiles;

namespace {

struct Frame {
    std::string name;
    std::int64_t start_line = 0;
    std::int64_t line = 0;
};

/// A profile with one sample type and everything that is to go.
class Builder {
public:
    Builder() {
        string("");
        message_.add_sample_type()->set_type(string("samples"));
        message_.mutable_sample_type(0)->set_unit(string("count"));
        message_.set_period(10);
        message_.set_duration_nanos(30);
        message_.set_time_nanos(7);
        message_.mutable_period_type()->set_type(string("cpu"));
        message_.set_default_sample_type(string("private"));
        message_.set_doc_url(string("private"));
        message_.set_drop_frames(string("private"));
        message_.set_keep_frames(string("private"));
        message_.add_comment(string("private"));
    }

    std::uint64_t mapping(std::uint64_t start, std::uint64_t limit, const char* file = "private") {
        auto& mapping = *message_.add_mapping();
        mapping.set_id(static_cast<std::uint64_t>(message_.mapping_size()));
        mapping.set_memory_start(start);
        mapping.set_memory_limit(limit);
        mapping.set_filename(string(file));
        return mapping.id();
    }

    /// Frames are innermost first; one without a name is a line without a function.
    std::uint64_t location(std::uint64_t address, const std::vector<Frame>& frames, std::uint64_t mapping = 0) {
        auto& location = *message_.add_location();
        location.set_id(static_cast<std::uint64_t>(message_.location_size()));
        location.set_address(address);
        location.set_mapping_id(mapping);
        location.set_is_folded(true);
        for (const Frame& frame : frames) {
            auto& line = *location.add_line();
            line.set_line(frame.line);
            line.set_column(3);
            if (!frame.name.empty()) line.set_function_id(function(frame));
        }
        return location.id();
    }

    Builder& sample(const std::vector<std::uint64_t>& stack, std::int64_t value) {
        auto& sample = *message_.add_sample();
        sample.mutable_location_id()->Assign(stack.begin(), stack.end());
        sample.add_value(value);
        sample.add_label()->set_key(string("private"));
        return *this;
    }

    Builder& comment(const std::string& text) {
        message_.add_comment(string(text));
        return *this;
    }

    std::string bytes() const { return message_.SerializeAsString(); }

private:
    std::uint64_t function(const Frame& frame) {
        auto& function = *message_.add_function();
        function.set_id(static_cast<std::uint64_t>(message_.function_size()));
        function.set_name(string(frame.name));
        function.set_system_name(string("private"));
        function.set_filename(string("private"));
        function.set_start_line(frame.start_line);
        return function.id();
    }

    std::int64_t string(const std::string& text) {
        message_.add_string_table(text);
        return message_.string_table_size() - 1;
    }

    pb::Profile message_;
};

/// As a message of its own.
Profile compacted(const Builder& builder) {
    const Raw raw(builder.bytes());
    Compactor compactor;
    const RawProfile& compact = compactor.compact(*raw);
    REQUIRE(require_invariants(compact));
    return intern(compact);
}

/// "caller@1 leaf@0", from the caller; the frames of a location outermost first, as "f:12>g:13".
std::string stack(const Profile& profile, std::size_t sample) {
    std::string text;
    const auto locations = profile.sample_stack(sample);
    for (std::size_t i = locations.size(); i-- > 0;) {
        const Location& location = profile.locations[locations[i].value];
        std::string frames;
        for (std::size_t l = location.lines_count; l-- > 0;) {
            const Line& line = profile.location_lines(location)[l];
            const bool known = line.function != kNone<FunctionId>;
            const auto name = known ? profile.strings[profile.functions[line.function.value].name] : "?";
            frames += (frames.empty() ? "" : ">") + std::string(name) + ":" + std::to_string(line.line);
        }
        text += (text.empty() ? "" : " ") + frames + "@" + std::to_string(location.address);
    }
    return text;
}

/// As `GO PREPROFILE V1` without the header, or the rule of the error.
std::string edges(const RawProfile& raw) {
    const auto built = build_call_edges(raw);
    if (!built) return std::string(built.error().rule);
    return std::string(encode_preprofile(*built).text().substr(kPreprofileHeader.size()));
}

std::string edges_of_both(const Builder& builder) {
    const Raw raw(builder.bytes());
    Compactor compactor;
    const std::string whole = edges(*raw);
    CHECK(edges(compactor.compact(*raw)) == whole);
    return whole;
}

/// What Compactor asks for, and what the compiler looks for.
std::string usable(pb::Profile message) {
    for (auto& sample : *message.mutable_sample()) {
        for (auto& value : *sample.mutable_value()) value = std::abs(value);
    }
    message.mutable_sample_type(0)->set_type(message.string_table_size());
    message.add_string_table("samples");
    message.mutable_sample_type(0)->set_unit(message.string_table_size());
    message.add_string_table("count");
    // Two mappings with one key are one after merging only: see "Addresses are compared as a merge leaves them".
    for (int i = 0; i < message.mapping_size(); ++i)
        message.mutable_mapping(i)->set_file_offset(static_cast<unsigned>(i));
    // Few addresses and lines, so that nodes coincide.
    for (auto& location : *message.mutable_location()) {
        location.set_address(location.address() % 2);
        for (auto& line : *location.mutable_line()) line.set_line(line.line() % 2);
    }
    for (auto& function : *message.mutable_function()) function.set_start_line(function.start_line() % 2);
    return message.SerializeAsString();
}

}  // namespace

TEST_CASE("A compact profile keeps what the compiler and the next merge read") {
    Builder b;
    const auto leaf = b.location(0x30, {{"inlined", 30, 31}, {"leaf", 20, 25}}, b.mapping(0x10, 0x1010));
    const auto caller = b.location(0x20, {{"caller", 10, 14}});
    const auto root = b.location(0x10, {{"root", 1, 2}});
    b.comment("pgoprof/1 inputs=3 failed=1 duration=5..7 scaled=0");
    b.sample({leaf, caller, root}, 7).sample({root}, 2).sample({}, 1);
    const Profile compact = compacted(b);

    REQUIRE(compact.sample_count() == 3);
    CHECK(stack(compact, 0) == "caller:14@1 leaf:25>inlined:31@0");
    CHECK(stack(compact, 1) == "root:2@0");
    CHECK(stack(compact, 2).empty());
    CHECK(compact.locations.size() == 3);
    CHECK(compact.duration_nanos == 30);
    CHECK(compact.time_nanos == 7);
    CHECK(compact.period == 10);
    CHECK(compact.strings[compact.period_type->type] == "cpu");
    REQUIRE(compact.comments.size() == 1);
    CHECK(compact.strings[compact.comments[0]] == "pgoprof/1 inputs=3 failed=1 duration=5..7 scaled=0");
}

TEST_CASE("A compact profile keeps nothing else") {
    Builder b;
    const auto leaf = b.location(0x30, {{"leaf", 20, 25}}, b.mapping(0x10, 0x1010));
    b.sample({leaf, leaf}, 7);
    const Profile compact = compacted(b);

    CHECK(compact.mappings.empty());
    CHECK(compact.comments.empty());
    for (const StringId text :
         {compact.default_sample_type, compact.doc_url, compact.drop_frames, compact.keep_frames}) {
        CHECK(text == StringId{});
    }
    CHECK(compact.sample_labels(0).empty());
    for (const Location& location : compact.locations) CHECK_FALSE(location.is_folded);
    for (const Line& line : compact.lines) CHECK(line.column == 0);
    for (const Function& function : compact.functions) {
        CHECK(function.filename == StringId{});
        CHECK(function.system_name == StringId{});
    }
}

TEST_CASE("Leaf and caller keep apart what they were apart") {
    Builder b;
    const auto here = b.location(0x10, {{"f", 1, 5}});
    const auto there = b.location(0x20, {{"f", 1, 5}});
    const auto same = b.location(0x10, {{"f", 1, 5}});
    b.sample({here, there}, 1).sample({there, here}, 2).sample({here, here}, 4).sample({here, same}, 8);
    const Profile compact = compacted(b);
    CHECK(stack(compact, 0) == "f:5@1 f:5@0");
    CHECK(stack(compact, 1) == "f:5@1 f:5@0");
    CHECK(stack(compact, 2) == "f:5@0 f:5@0");
    CHECK(stack(compact, 3) == "f:5@0 f:5@0");
    CHECK(edges_of_both(b) == "f\nf\n4 3\n");
}

TEST_CASE("Recursion among inlined frames stays what it was") {
    Builder b;
    const auto leaf = b.location(0x10, {{"g", 1, 5}, {"f", 1, 6}});
    const auto same_address = b.location(0x10, {{"f", 1, 6}, {"h", 1, 7}});
    const auto other_address = b.location(0x20, {{"f", 1, 6}, {"h", 1, 7}});
    SECTION("at one address") {
        b.sample({leaf, same_address}, 1);
        CHECK(edges_of_both(b) == "f\ng\n5 1\nh\nf\n6 1\n");
    }
    SECTION("at two addresses") {
        b.sample({leaf, other_address}, 1);
        CHECK(edges_of_both(b) == "f\nf\n5 1\nf\ng\n5 1\nh\nf\n6 1\n");
    }
}

TEST_CASE("Frames that are one node to the compiler become one") {
    Builder b;
    const auto no_lines = b.location(0x10, {});
    const auto no_function = b.location(0x10, {{"", 0, 9}});
    const auto named = b.location(0x20, {{"f", 1, 5}});
    b.sample({named, no_lines}, 1).sample({named, no_function}, 2).sample({no_lines, no_function}, 4);
    const Profile compact = compacted(b);
    CHECK(stack(compact, 0) == "?:0@1 f:5@0");
    CHECK(stack(compact, 1) == "?:0@1 f:5@0");
    CHECK(stack(compact, 2) == "?:0@0 ?:0@0");
    CHECK(edges_of_both(b) == "\nf\n0 3\n");
}

TEST_CASE("Addresses are compared as a merge leaves them") {
    Builder b;
    const auto first = b.mapping(0x10000, 0x11000);
    const auto again = b.mapping(0x20000, 0x20fff);  // one with the first: same file, offset and rounded size
    const auto other = b.mapping(0x10000, 0x12000);
    const auto place = [&](std::uint64_t address, std::uint64_t mapping) {
        return b.location(address, {{"f", 1, 5}}, mapping);
    };
    const auto leaf = place(0x10008, first);
    b.sample({leaf, place(0x20008, again)}, 1);
    b.sample({leaf, place(0x10008, again)}, 1);
    b.sample({leaf, place(0x10008, other)}, 1);
    b.sample({leaf, place(0x10008, 0)}, 1);
    b.sample({leaf, place(0x20008, other)}, 1);
    const Profile compact = compacted(b);
    CHECK(stack(compact, 0) == "f:5@0 f:5@0");
    CHECK(stack(compact, 1) == "f:5@1 f:5@0");
    CHECK(stack(compact, 2) == "f:5@0 f:5@0");
    CHECK(stack(compact, 3) == "f:5@0 f:5@0");
    CHECK(stack(compact, 4) == "f:5@1 f:5@0");
}

TEST_CASE("Compacting changes no edge, and compacting again nothing") {
    std::size_t with_edges = 0;
    Compactor once;
    Compactor twice;
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        INFO("seed " << seed);
        const Raw raw(usable(pgoprof::testing::random_profile(seed)));
        const RawProfile& compact = once.compact(*raw);
        REQUIRE(require_invariants(compact));
        const std::string expected = edges(*raw);
        REQUIRE(edges(compact) == expected);
        with_edges += expected.size() > 6;
        REQUIRE(intern(twice.compact(compact)) == intern(compact));
        const Buffer encoded = encode_pprof(intern(compact));
        REQUIRE(edges(*Raw(std::string(encoded.text()))) == expected);
    }
    CHECK(with_edges > 1000);
}
