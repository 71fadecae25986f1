#include "pgoprof/codec/pprof.h"

#include <catch2/catch.hpp>
#include <random>

#include "pgoprof/model/invariants.h"
#include "pgoprof/transform/intern.h"
#include "support/random_profile.h"
#include "support/wire_builder.h"

using namespace pgoprof;
using namespace pgoprof::testing;

namespace {

constexpr int kRounds = 500;

Result<RawProfile> decode(std::string_view message) {
    const Limits limits;
    Budget budget(limits.decode_budget(message.size()));
    RawProfile raw;
    const auto decoded = decode_pprof(as_bytes(message), limits, budget, raw);
    if (!decoded) return std::unexpected(decoded.error());
    return raw;
}

/// Decoded, checked, and made a value.
Profile value_of(std::string_view message) {
    const auto raw = decode(message);
    REQUIRE(raw);
    REQUIRE(require_invariants(*raw));
    return intern(*raw);
}

std::string encode(const Profile& profile) { return std::string(encode_pprof(profile).text()); }

struct Field {
    std::uint64_t number;
    unsigned type;
    std::uint64_t value = 0;
    std::string content;
};

/// The fields of a message that libprotobuf wrote (varints and lengths only).
std::vector<Field> fields_of(std::string_view message) {
    std::size_t at = 0;
    const auto varint = [&] {
        std::uint64_t value = 0;
        for (int shift = 0;; shift += 7) {
            const auto byte = static_cast<unsigned char>(message.at(at++));
            value |= std::uint64_t{byte & 0x7fu} << shift;
            if (byte < 0x80) return value;
        }
    };
    std::vector<Field> fields;
    while (at < message.size()) {
        const std::uint64_t tag = varint();
        Field field{tag >> 3, static_cast<unsigned>(tag & 7), varint(), ""};
        if (field.type == 2) {
            field.content = message.substr(at, field.value);
            at += field.value;
        }
        fields.push_back(field);
    }
    return fields;
}

/// Every field of a packed scalar, one by one.
std::string unpack(const Field& field) {
    std::string out;
    std::string_view rest = field.content;
    while (!rest.empty()) {
        std::size_t size = 1;
        while (static_cast<unsigned char>(rest[size - 1]) >= 0x80) ++size;
        out += wire_tag(field.number, 0) + std::string(rest.substr(0, size));
        rest.remove_prefix(size);
    }
    return out;
}

std::string rewrite_sample(std::string_view sample) {
    std::string out;
    for (const Field& field : fields_of(sample)) {
        out += field.number <= 2 ? unpack(field) : wire_bytes(field.number, field.content);
    }
    return out;
}

/// The same message in other legal words: scalars unpacked, tables before or after what refers to them, unknown fields
/// of every wire type in between. Order within one repeated field stays.
std::string rewrite(std::string_view message, std::mt19937_64& random) {
    std::map<std::uint64_t, std::string> by_field;
    for (const Field& field : fields_of(message)) {
        std::string& out = by_field[field.number];
        if (field.number == 2) {
            out += wire_bytes(2, rewrite_sample(field.content));
        } else if (field.number == 13) {
            out += unpack(field);
        } else {
            out += field.type == 2 ? wire_bytes(field.number, field.content) : wire_int(field.number, field.value);
        }
        out +=
            wire_int(99, 7) + wire_tag(0, 1) + "12345678" + wire_bytes(1'000'000, "skipped") + wire_tag(98, 5) + "1234";
    }
    std::vector<std::string> groups;
    for (auto& [number, bytes] : by_field) groups.push_back(std::move(bytes));
    std::shuffle(groups.begin(), groups.end(), random);
    std::string out;
    for (const std::string& group : groups) out += group;
    return out;
}

}  // namespace

TEST_CASE("What libprotobuf encodes comes back byte for byte") {
    for (std::uint64_t seed = 0; seed < kRounds; ++seed) {
        const std::string message = random_profile(seed).SerializeAsString();
        INFO("seed " << seed);
        REQUIRE(encode(value_of(message)) == message);
    }
}

TEST_CASE("decode(encode(p)) == p") {
    for (std::uint64_t seed = 0; seed < kRounds; ++seed) {
        const Profile profile = value_of(random_profile(seed).SerializeAsString());
        INFO("seed " << seed);
        REQUIRE(value_of(encode(profile)) == profile);
    }
}

TEST_CASE("Legal but unusual wire bytes decode to the same profile") {
    std::mt19937_64 random(1);
    for (std::uint64_t seed = 0; seed < kRounds; ++seed) {
        const std::string message = random_profile(seed).SerializeAsString();
        INFO("seed " << seed);
        REQUIRE(value_of(rewrite(message, random)) == value_of(message));
    }
}

TEST_CASE("Sparse 64-bit ids decode to the same profile as dense ones") {
    for (std::uint64_t seed = 0; seed < kRounds; ++seed) {
        auto message = random_profile(seed);
        const Profile dense = value_of(message.SerializeAsString());
        const auto sparse = [](std::uint64_t id) { return id == 0 ? 0 : id * 0x9e3779b97f4a7c15; };
        for (auto& mapping : *message.mutable_mapping()) mapping.set_id(sparse(mapping.id()));
        for (auto& function : *message.mutable_function()) function.set_id(sparse(function.id()));
        for (auto& location : *message.mutable_location()) {
            location.set_id(sparse(location.id()));
            location.set_mapping_id(sparse(location.mapping_id()));
            for (auto& line : *location.mutable_line()) line.set_function_id(sparse(line.function_id()));
        }
        for (auto& sample : *message.mutable_sample()) {
            for (auto& id : *sample.mutable_location_id()) id = sparse(id);
        }
        INFO("seed " << seed);
        REQUIRE(value_of(message.SerializeAsString()) == dense);
    }
}

TEST_CASE("As in Go, the last of a repeated singular field wins, whole") {
    const std::string message = wire_bytes(6, "") + wire_bytes(6, "cpu") + wire_bytes(6, "nanoseconds") +
                                wire_bytes(11, wire_int(1, 1)) + wire_bytes(11, wire_int(2, 2)) + wire_int(12, 5) +
                                wire_int(12, 6);
    const Profile profile = value_of(message);
    CHECK(profile.period == 6);
    CHECK(profile.strings[profile.period_type->type].empty());
    CHECK(profile.strings[profile.period_type->unit] == "nanoseconds");
}

TEST_CASE("A foreign wire type is skipped only on fields that Go does not read") {
    const auto refused = [](const std::string& message) {
        const auto raw = decode(message);
        return !raw && raw.error().rule == "PGO111";
    };
    CHECK_FALSE(refused(wire_bytes(15, "doc_url")));
    CHECK_FALSE(refused(wire_bytes(4, wire_bytes(5, "is_folded"))));
    CHECK_FALSE(refused(wire_bytes(4, wire_bytes(4, wire_bytes(3, "column")))));
    CHECK_FALSE(refused(wire_bytes(2, wire_bytes(3, wire_bytes(4, "num_unit")))));
    CHECK(refused(wire_bytes(14, "default_sample_type")));
    CHECK(refused(wire_int(1, 5)));
    CHECK(refused(wire_bytes(4, wire_bytes(4, wire_bytes(2, "line")))));
    CHECK(refused(wire_bytes(2, wire_tag(1, 1) + "12345678")));
}

TEST_CASE("Faults of the wire format name their rule and offset") {
    const auto fault = [](const std::string& message) {
        const auto raw = decode(message);
        REQUIRE_FALSE(raw);
        return std::pair(std::string(raw.error().rule), raw.error().offset->value);
    };
    using Fault = std::pair<std::string, std::uint64_t>;
    const std::string good = wire_bytes(6, "");  // 2 bytes
    CHECK(fault(good + "\x0a") == Fault("PGO108", 3));
    CHECK(fault(good + "\x0a\x05"
                       "abc") == Fault("PGO108", 4));
    CHECK(fault(good + wire_tag(99, 1) + "1234567") == Fault("PGO108", 4));
    CHECK(fault(good + wire_tag(9, 0) + std::string(10, '\x80')) == Fault("PGO109", 3));
    CHECK(fault(good + wire_tag(9, 0) + std::string(9, '\x80')) == Fault("PGO108", 3));
    CHECK(fault(good + wire_tag(9, 3)) == Fault("PGO110", 2));
    CHECK(fault(good + wire_tag(9, 5) + "1234") == Fault("PGO111", 2));
    CHECK(fault(good + wire_bytes(2, wire_int(1, 1) + "\x08")) == Fault("PGO108", 7));
}

TEST_CASE("Limits hold before memory is taken") {
    const auto refused_with = [](const std::string& message, Limits limits) {
        Budget budget(limits.decode_budget(message.size()));
        RawProfile raw;
        const auto decoded = decode_pprof(as_bytes(message), limits, budget, raw);
        return !decoded && decoded.error().code == ErrorCode::limit_exceeded && decoded.error().rule == "PGO106";
    };
    const std::string deep_stack = wire_bytes(2, wire_bytes(1, std::string(101, '\1')));
    CHECK(refused_with(deep_stack, {.stack_depth = 100}));
    CHECK_FALSE(refused_with(deep_stack, {.stack_depth = 101}));
    CHECK(refused_with(wire_bytes(6, std::string(11, 'x')), {.string_bytes = 10}));
    CHECK_FALSE(refused_with(wire_bytes(6, std::string(10, 'x')), {.string_bytes = 10}));
    std::string empty_samples;
    for (int i = 0; i < 100'000; ++i) empty_samples += wire_bytes(2, "");
    CHECK(refused_with(empty_samples, {.budget_base = kMiB, .budget_per_input_byte = 1}));
    CHECK_FALSE(refused_with(empty_samples, {.budget_base = 4 * kMiB, .budget_per_input_byte = 1}));
}
