#include <catch2/catch.hpp>
#include <limits>
#include <string>

#include "otlp_profiles.pb.h"
#include "support/foreign.h"
#include "support/wire_builder.h"

using namespace pgoprof;
using namespace pgoprof::testing;

namespace {

/// Tables with their empty first entries, and main.main (line 10, at 0x1000) calling main.f with main.inlined in it.
class Message {
public:
    Message() {
        auto* dictionary = data.mutable_dictionary();
        dictionary->add_string_table("");
        dictionary->add_mapping_table();
        dictionary->add_location_table();
        dictionary->add_function_table();
        dictionary->add_link_table();
        dictionary->add_attribute_table();
        dictionary->add_stack_table();
        auto* mapping = dictionary->add_mapping_table();
        mapping->set_memory_start(0x1000);
        mapping->set_memory_limit(0x2000);
        mapping->set_filename_strindex(string("/usr/bin/server"));
        mapping->add_attribute_indices(text_attribute("process.executable.build_id.gnu", "abcd"));
        add_location(0x1000, {{"main.main", 10}});
        add_location(0x1100, {{"main.inlined", 30}, {"main.f", 20}});
        for (const std::vector<int>& ids : {std::vector{1}, std::vector{2, 1}}) {
            auto* stack = dictionary->add_stack_table();
            for (const int id : ids) stack->add_location_indices(id);
        }
    }

    int string(const std::string& text) {
        auto* strings = data.mutable_dictionary()->mutable_string_table();
        for (int i = 0; i < strings->size(); ++i) {
            if (strings->Get(i) == text) return i;
        }
        *strings->Add() = text;
        return strings->size() - 1;
    }

    pgoprof::otlp::KeyValueAndUnit* attribute(const std::string& key) {
        auto* attribute = data.mutable_dictionary()->add_attribute_table();
        attribute->set_key_strindex(string(key));
        return attribute;
    }
    int text_attribute(const std::string& key, const std::string& value) {
        attribute(key)->mutable_value()->set_string_value(value);
        return last_attribute();
    }
    int last_attribute() const { return data.dictionary().attribute_table_size() - 1; }

    void add_location(std::uint64_t address, const std::vector<std::pair<std::string, int>>& lines) {
        auto* dictionary = data.mutable_dictionary();
        auto* location = dictionary->add_location_table();
        location->set_mapping_index(1);
        location->set_address(address);
        for (const auto& [name, number] : lines) {
            auto* function = dictionary->add_function_table();
            function->set_name_strindex(string(name));
            function->set_filename_strindex(string("main.go"));
            function->set_start_line(5);
            auto* line = location->add_lines();
            line->set_function_index(dictionary->function_table_size() - 1);
            line->set_line(number);
        }
    }

    pgoprof::otlp::Profile* profile(const std::string& type, const std::string& unit) {
        auto* profile = data.add_resource_profiles()->add_scope_profiles()->add_profiles();
        profile->mutable_sample_type()->set_type_strindex(string(type));
        profile->mutable_sample_type()->set_unit_strindex(string(unit));
        return profile;
    }

    std::string bytes() const { return data.SerializeAsString(); }

    pgoprof::otlp::ProfilesData data;
};

void add_sample(pgoprof::otlp::Profile* profile, int stack, std::int64_t value) {
    auto* sample = profile->add_samples();
    sample->set_stack_index(stack);
    sample->add_values(value);
}

}  // namespace

TEST_CASE("OTLP profiles become one, with the sample types of all") {
    Message message;
    auto* samples = message.profile("samples", "count");
    add_sample(samples, 2, 3);
    add_sample(samples, 1, 4);
    samples->set_time_unix_nano(2'000);
    samples->set_duration_nano(30);
    auto* cpu = message.profile("cpu", "nanoseconds");
    add_sample(cpu, 2, 50);
    add_sample(cpu, 2, 7);
    cpu->set_time_unix_nano(1'000);
    cpu->mutable_period_type()->set_type_strindex(message.string("cpu"));
    cpu->mutable_period_type()->set_unit_strindex(message.string("nanoseconds"));
    cpu->set_period(10);
    const Profile profile = require_profile(decode_otlp, message.bytes());
    CHECK(types_text(profile) == "samples/count cpu/nanoseconds");
    CHECK(stacks_text(profile) == "main.main:10 main.f:20,main.inlined:30 = 3 57\nmain.main:10 = 4 0\n");
    CHECK(profile.time_nanos == 1'000);
    CHECK(profile.duration_nanos == 30);
    CHECK(profile.period == 10);
    REQUIRE(profile.period_type);
    CHECK(profile.strings[profile.period_type->type] == "cpu");
    REQUIRE(profile.mappings.size() == 1);
    CHECK(profile.strings[profile.mappings[0].filename] == "/usr/bin/server");
    CHECK(profile.strings[profile.mappings[0].build_id] == "abcd");
    REQUIRE(profile.functions.size() == 3);
    for (const Function& function : profile.functions) {
        CHECK(function.start_line == 5);
        CHECK(profile.strings[function.filename] == "main.go");
    }
    CHECK(profile.locations[0].address == 0x1100);
}

TEST_CASE("Attributes of OTLP samples are labels") {
    Message message;
    auto* profile = message.profile("samples", "count");
    const int thread = message.text_attribute("thread.name", "worker");
    auto* bytes = message.attribute("bytes");
    bytes->mutable_value()->set_int_value(-7);
    bytes->set_unit_strindex(message.string("By"));
    const int number = message.last_attribute();
    message.attribute("b")->mutable_value()->set_bool_value(true);
    const int boolean = message.last_attribute();
    message.attribute("blob")->mutable_value()->set_bytes_value("x");
    const int blob = message.last_attribute();
    auto* sample = profile->add_samples();
    sample->set_stack_index(1);
    for (const int index : {thread, number, boolean, blob}) sample->add_attribute_indices(index);
    for (const std::uint64_t time : {1U, 2U, 3U}) sample->add_timestamps_unix_nano(time);
    sample->set_link_index(1);
    const auto decoded = decode_foreign(decode_otlp, message.bytes());
    REQUIRE(decoded);
    const Profile& out = decoded->profile;
    CHECK(stacks_text(out) == "main.main:10 = 3\n");
    const auto labels = out.sample_labels(0);
    REQUIRE(labels.size() == 3);
    CHECK(out.strings[labels[0].str] == "worker");
    CHECK(labels[1].num == -7);
    CHECK(out.strings[labels[1].num_unit] == "By");
    CHECK(out.strings[labels[2].str] == "true");
    REQUIRE(decoded->notes.size() == 3);
    CHECK(decoded->notes[0] == "links to spans are left out");
    CHECK(decoded->notes[2] == "attributes that are no text and no number are left out: 1");
}

TEST_CASE("OTLP messages of other versions are refused") {
    const auto refused = [](const std::string& bytes, std::string_view why) {
        const auto decoded = decode_foreign(decode_otlp, bytes);
        REQUIRE_FALSE(decoded);
        CHECK(decoded.error().message.find("another version than 1.9.0 to 1.11.0") != std::string::npos);
        CHECK(decoded.error().message.find(why) != std::string::npos);
        CHECK_FALSE(decoded.error().remedy.empty());
    };
    Message message;
    message.profile("samples", "count");
    // 1.8.0: values are field 2 of a sample.
    const std::string sample = wire_int(1, 1) + wire_bytes(2, wire_varint(1));
    const auto with = [&](const std::string& profile) {
        return message.bytes() + wire_bytes(1, wire_bytes(2, wire_bytes(2, profile)));
    };
    refused(with(wire_bytes(2, sample)), "without values and timestamps");
    refused(with(wire_bytes(8, "0123456789abcdef")), "field 8 has another type");
    // 1.7.0 and before: time is field 4, and field 3 packed.
    refused(with(wire_bytes(3, "\x01")), "field 3 has another type");
    // 1.6.0 and before: each profile has tables of its own.
    refused(wire_bytes(1, wire_bytes(2, "")), "no dictionary");
    auto* profile = message.profile("samples", "count");
    add_sample(profile, 1, 1);
    profile->mutable_samples(0)->add_timestamps_unix_nano(1);
    profile->mutable_samples(0)->add_timestamps_unix_nano(2);
    refused(message.bytes(), "as many timestamps as values");
}

TEST_CASE("Damaged OTLP messages end in a value or an error") {
    CHECK(require_error(decode_otlp, "\x0a\x05\x01") == "an OTLP message breaks off, or is no protobuf");
    CHECK(require_error(decode_otlp, wire_bytes(2, "")) == "there is no profile in the OTLP message");
    Message message;
    auto* profile = message.profile("samples", "count");
    add_sample(profile, 2, 3);
    profile->mutable_samples(0)->add_attribute_indices(message.text_attribute("k", "v"));
    damage(decode_otlp, message.bytes());
    add_sample(profile, 3, 1);
    CHECK(require_error(decode_otlp, message.bytes()) == "index 3 is not in its table");
    profile->mutable_samples(1)->set_stack_index(-1);
    CHECK(require_error(decode_otlp, message.bytes()).find("is not in its table") != std::string::npos);
    profile->mutable_samples(1)->set_stack_index(2);
    profile->mutable_samples(1)->add_attribute_indices(99);
    CHECK(require_error(decode_otlp, message.bytes()) == "attribute 99, which there is not");
    profile->mutable_samples()->RemoveLast();
    message.data.mutable_dictionary()->mutable_stack_table(2)->add_location_indices(99);
    CHECK(require_error(decode_otlp, message.bytes()) == "a stack with location 99, which there is not");
}
