#include "pgoprof/model/invariants.h"

#include <catch2/catch.hpp>
#include <set>

#include "pgoprof/codec/pprof.h"
#include "profile.pb.h"

using namespace pgoprof;
namespace pb = perftools::profiles;

namespace {

/// main.main -> main.work, sampled once.
pb::Profile sound_profile() {
    pb::Profile profile;
    for (const char* text : {"", "samples", "count", "main.main", "main.work"}) profile.add_string_table(text);
    profile.add_sample_type()->set_type(1);
    profile.mutable_sample_type(0)->set_unit(2);
    profile.add_mapping()->set_id(1);
    for (std::uint64_t id = 1; id <= 2; ++id) {
        auto& function = *profile.add_function();
        function.set_id(id);
        function.set_name(static_cast<std::int64_t>(id) + 2);
        function.set_start_line(10);
        auto& location = *profile.add_location();
        location.set_id(id);
        location.set_mapping_id(1);
        location.add_line()->set_function_id(id);
    }
    auto& sample = *profile.add_sample();
    sample.add_location_id(2);
    sample.add_location_id(1);
    sample.add_value(1);
    sample.add_label()->set_key(3);
    return profile;
}

std::vector<Violation> violations(const pb::Profile& profile) {
    const std::string message = profile.SerializeAsString();
    const Limits limits;
    Budget budget(limits.decode_budget(message.size()));
    RawProfile raw;
    REQUIRE(decode_pprof(as_bytes(message), limits, budget, raw));
    std::vector<Violation> found;
    const bool sound = check_invariants(raw, [&](Violation violation) {
        found.push_back(std::move(violation));
        return true;
    });
    CHECK(sound == found.empty());
    CHECK(sound == require_invariants(raw).has_value());
    return found;
}

template <typename Spoil>
void spoiled_by(Invariant invariant, Spoil spoil) {
    pb::Profile profile = sound_profile();
    spoil(profile);
    const auto found = violations(profile);
    INFO(info(invariant).name);
    REQUIRE(found.size() == 1);
    CHECK(found[0].invariant == invariant);
}

}  // namespace

TEST_CASE("A sound profile violates nothing") { CHECK(violations(sound_profile()).empty()); }

TEST_CASE("Each structural fault is found, alone") {
    using enum Invariant;
    spoiled_by(string_table_start, [](auto& p) { p.set_string_table(0, "x"); });
    spoiled_by(string_index, [](auto& p) { p.mutable_function(0)->set_name(5); });
    spoiled_by(string_index, [](auto& p) { p.mutable_function(0)->set_filename(-1); });
    spoiled_by(string_index, [](auto& p) { p.mutable_mapping(0)->set_build_id(1LL << 40); });
    spoiled_by(string_index, [](auto& p) { p.mutable_period_type()->set_unit(5); });
    spoiled_by(string_index, [](auto& p) { p.add_comment(5); });
    spoiled_by(string_index, [](auto& p) { p.mutable_sample(0)->mutable_label(0)->set_str(5); });
    spoiled_by(unread_string_index, [](auto& p) { p.mutable_sample(0)->mutable_label(0)->set_num_unit(5); });
    spoiled_by(unread_string_index, [](auto& p) { p.set_doc_url(5); });
    spoiled_by(sample_type_missing, [](auto& p) {
        p.clear_sample_type();
        p.mutable_sample(0)->clear_value();
    });
    spoiled_by(value_count, [](auto& p) { p.mutable_sample(0)->add_value(1); });
    spoiled_by(value_count, [](auto& p) { p.mutable_sample(0)->clear_value(); });
    spoiled_by(mapping_id_zero, [](auto& p) { p.add_mapping(); });
    spoiled_by(mapping_id_duplicate, [](auto& p) { p.add_mapping()->set_id(1); });
    spoiled_by(function_id_zero, [](auto& p) { p.add_function(); });
    spoiled_by(function_id_duplicate, [](auto& p) { p.add_function()->set_id(2); });
    spoiled_by(location_id_zero, [](auto& p) { p.add_location(); });
    spoiled_by(location_id_duplicate, [](auto& p) { p.add_location()->set_id(1); });
    spoiled_by(function_unknown, [](auto& p) { p.mutable_location(0)->mutable_line(0)->set_function_id(3); });
    spoiled_by(location_unknown, [](auto& p) { p.mutable_sample(0)->set_location_id(1, 3); });
    spoiled_by(location_unknown, [](auto& p) { p.mutable_sample(0)->set_location_id(0, 0); });
    spoiled_by(mapping_unknown, [](auto& p) { p.mutable_location(1)->set_mapping_id(1ULL << 63); });
}

TEST_CASE("An unknown location is told by whether Go reads it there") {
    using enum Invariant;
    spoiled_by(unread_location_unknown, [](auto& p) { p.mutable_sample(0)->add_location_id(3); });
    const auto weightless = [](auto& p) {
        auto* sample = p.add_sample();
        sample->add_location_id(3);
        sample->add_value(0);
    };
    spoiled_by(unread_location_unknown, weightless);
    // In the column that Go reads, which is the first that it can use.
    const auto weighs_elsewhere = [](auto& p) {
        auto* other = p.add_sample_type();
        other->set_type(3);
        other->set_unit(2);
        p.mutable_sample(0)->add_value(0);
        auto* sample = p.add_sample();
        sample->add_location_id(3);
        sample->add_value(0);
        sample->add_value(5);
    };
    spoiled_by(unread_location_unknown, weighs_elsewhere);
    spoiled_by(location_unknown, [&](auto& p) {
        weighs_elsewhere(p);
        p.mutable_sample_type(0)->set_type(3);
        p.mutable_sample_type(1)->set_type(1);
    });
    // Without a column that it can use, Go reads no stack.
    spoiled_by(unread_location_unknown, [](auto& p) {
        p.mutable_sample(0)->set_location_id(0, 3);
        p.mutable_sample_type(0)->set_type(3);
    });
}

TEST_CASE("A location id is looked for at its full width") {
    spoiled_by(Invariant::location_unknown, [](auto& p) { p.mutable_sample(0)->set_location_id(0, (1ULL << 32) + 1); });
    pb::Profile profile = sound_profile();
    profile.mutable_location(0)->set_id((1ULL << 32) + 1);
    for (auto& sample : *profile.mutable_sample()) {
        for (auto& id : *sample.mutable_location_id()) {
            if (id == 1) id = (1ULL << 32) + 1;
        }
    }
    CHECK(violations(profile).empty());
}

TEST_CASE("Checking stops when it is told to") {
    pb::Profile profile = sound_profile();
    for (int i = 0; i < 10; ++i) profile.mutable_sample(0)->add_location_id(99);
    CHECK(violations(profile).size() == 10);
    const std::string message = profile.SerializeAsString();
    const Limits limits;
    Budget budget(limits.decode_budget(message.size()));
    RawProfile raw;
    REQUIRE(decode_pprof(as_bytes(message), limits, budget, raw));
    int reported = 0;
    CHECK_FALSE(check_invariants(raw, [&](const Violation&) { return ++reported < 3; }));
    CHECK(reported == 3);
}

TEST_CASE("Rule ids and names are unique, and ids count up from PGO101") {
    std::set<std::string_view> names;
    int number = 101;
    for (const InvariantInfo& info : invariant_infos()) {
        CHECK(info.id == "PGO" + std::to_string(number++));
        CHECK(names.insert(info.name).second);
    }
}
