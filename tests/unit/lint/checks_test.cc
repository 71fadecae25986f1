// What single rules look for, beyond the one file of each in testdata/bad.
#include <catch2/catch.hpp>
#include <functional>
#include <limits>

#include "pgoprof/codec/pprof.h"
#include "pgoprof/lint/lint.h"
#include "profile.pb.h"

using namespace pgoprof;
namespace pb = perftools::profiles;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kDay = 24 * 3600 * kSecond;

/// A profile on which no rule speaks, and a way to add to it.
struct Builder {
    pb::Profile profile;

    Builder() {
        profile.add_string_table("");
        add_sample_type("samples", "count");
        add_sample_type("cpu", "nanoseconds");
        profile.mutable_period_type()->set_type(text("cpu"));
        profile.mutable_period_type()->set_unit(text("nanoseconds"));
        profile.set_period(10'000'000);
        profile.set_duration_nanos(30 * kSecond);
        add_location("main.work");
        add_location("main.main");
        add_sample({1, 2}, 3000);
    }

    std::int64_t text(const std::string& text) {
        for (int i = 0; i < profile.string_table_size(); ++i) {
            if (profile.string_table(i) == text) return i;
        }
        profile.add_string_table(text);
        return profile.string_table_size() - 1;
    }

    void add_sample_type(const std::string& type, const std::string& unit) {
        auto* added = profile.add_sample_type();
        added->set_type(text(type));
        added->set_unit(text(unit));
    }

    std::uint64_t add_location(const std::string& name, std::int64_t start_line = 10) {
        auto* function = profile.add_function();
        function->set_id(static_cast<std::uint64_t>(profile.function_size()));
        function->set_name(text(name));
        function->set_start_line(start_line);
        auto* location = profile.add_location();
        location->set_id(static_cast<std::uint64_t>(profile.location_size()));
        location->set_address(location->id() << 12);
        location->add_line()->set_function_id(function->id());
        location->mutable_line(0)->set_line(start_line + 3);
        return location->id();
    }

    pb::Sample& add_sample(std::initializer_list<std::uint64_t> stack, std::int64_t count) {
        auto& sample = *profile.add_sample();
        for (const std::uint64_t id : stack) sample.add_location_id(id);
        sample.add_value(count);
        sample.add_value(count * profile.period());
        return sample;
    }

    void add_label(const std::string& key, const std::string& value) {
        auto& label = *profile.mutable_sample(0)->add_label();
        label.set_key(text(key));
        label.set_str(text(value));
    }

    void add_mapping(std::uint64_t start, std::uint64_t size, const std::string& file, const std::string& build_id) {
        auto& mapping = *profile.add_mapping();
        mapping.set_id(static_cast<std::uint64_t>(profile.mapping_size()));
        mapping.set_memory_start(start);
        mapping.set_memory_limit(start + size);
        mapping.set_filename(text(file));
        mapping.set_build_id(text(build_id));
    }

    std::vector<Finding> findings(const LintOptions& options = {}) const {
        const std::string message = profile.SerializeAsString();
        const Limits limits;
        Budget budget(limits.decode_budget(message.size()));
        RawProfile raw;
        REQUIRE(decode_pprof(as_bytes(message), limits, budget, raw));
        return lint({.profile = &raw, .inflated_bytes = message.size(), .stored_bytes = message.size()}, options);
    }

    /// What the rule says; empty if it is silent.
    std::string said_by(std::string_view rule, const LintOptions& options = {}) const {
        for (const Finding& finding : findings(options)) {
            if (finding.rule->id == rule) return finding.message;
        }
        return "";
    }
};

std::string said_of_label(const std::string& key, const std::string& value) {
    Builder builder;
    builder.add_label(key, value);
    return builder.said_by("PGO407");
}

}  // namespace

TEST_CASE("The profile that these tests begin with is clean") { CHECK(Builder().findings().empty()); }

TEST_CASE("Labels are personal by their key") {
    for (const char* key : {"user", "user_id", "userId", "X-User-ID", "email", "customer.email", "session",
                            "sessionToken", "client_ip", "IP", "Authorization", "api_key_secret"}) {
        CAPTURE(key);
        CHECK_FALSE(said_of_label(key, "x").empty());
    }
    for (const char* key : {"route", "tenant", "handler", "zip", "description", "tokenizer", "emails_sent_total",
                            "shipping", "span id", "local root span id", "trace endpoint", "thread"}) {
        CAPTURE(key);
        CHECK(said_of_label(key, "x").empty());
    }
}

TEST_CASE("Labels are personal by their value, which no message holds") {
    const std::vector<std::pair<std::string, std::string>> personal{{"gopher@example.com", "an e-mail address"},
                                                                    {"a.b+c@mail.example.org", "an e-mail address"},
                                                                    {"192.0.2.17", "an IP address"},
                                                                    {"192.0.2.17:8080", "an IP address"},
                                                                    {"eyJhbGciOi.eyJzdWIi.c2ln", "a token"},
                                                                    {"Bearer abc", "a token"}};
    for (const auto& [value, kind] : personal) {
        CAPTURE(value);
        const std::string said = said_of_label("route", value);
        CHECK(said.find("route (has " + kind + ")") != said.npos);
        CHECK(said.find(value) == said.npos);
    }
    for (const char* value :
         {"", "@", "a@b", "@example.com", "user@", "GET /users/@me/x.json", "pkg@v1.2.3", "1.2.3", "1.26.8-rc.1",
          "1.2.3.4.5", "1234.1.1.1", "2026.11.22.1530", "v1.2.3.4", "eyJ", "Bearer"}) {
        CAPTURE(value);
        CHECK(said_of_label("route", value).empty());
    }
}

TEST_CASE("Personal labels are named once a key, the first few") {
    Builder builder;
    for (int i = 0; i < 3; ++i) builder.add_label("user_id", "a");
    CHECK(builder.said_by("PGO407") == "labels look like personal data: user_id");
    for (const char* key : {"email", "phone", "session", "token", "account"}) builder.add_label(key, "a");
    CHECK(builder.said_by("PGO407") == "labels look like personal data: account, email, phone, session, token, ...");
}

TEST_CASE("Builds are told apart by their mappings") {
    const auto builds = [](const std::function<void(Builder&)>& add) {
        Builder builder;
        add(builder);
        return builder.said_by("PGO315");
    };
    // One process: its own binary, libraries, the vdso.
    CHECK(builds([](Builder& b) {
              b.add_mapping(0x400000, 0x1000, "/srv/a", "1");
              b.add_mapping(0x7f0000000000, 0x1000, "/lib/libc.so.6", "2");
              b.add_mapping(0x7f0000010000, 0x1000, "[vdso]", "");
          }).empty());
    // Processes whose libraries lie here and there.
    CHECK(builds([](Builder& b) {
              b.add_mapping(0x7f0000000000, 0x10000, "/lib/libc.so.6", "2");
              b.add_mapping(0x7f0000001000, 0x1000, "[vdso]", "");
          }).empty());
    // One file in several segments.
    CHECK(builds([](Builder& b) {
              b.add_mapping(0x400000, 0x1000, "/srv/a", "");
              b.add_mapping(0x500000, 0x3000, "/srv/a", "");
          }).empty());
    CHECK(builds([](Builder& b) {
              b.add_mapping(0x400000, 0x1000, "/srv/a", "1");
              b.add_mapping(0x400000, 0x1000, "/srv/a", "2");
              b.add_mapping(0x400000, 0x1000, "/srv/a", "3");
          }).starts_with("3 different builds"));
    CHECK(builds([](Builder& b) {
              b.add_mapping(0x400000, 0x1000, "/srv/a", "");
              b.add_mapping(0x400000, 0x2000, "/srv/a", "");
          }).starts_with("2 different builds"));
    CHECK(builds([](Builder& b) {
              b.add_mapping(0x400000, 0x1000, "/srv/a", "");
              b.add_mapping(0x400000, 0x1000, "/srv/b", "");
          }).starts_with("2 different builds"));
}

TEST_CASE("Durations are judged by the inputs of a merge, if those are known") {
    Builder builder;
    const auto said = [&](std::int64_t nanos) {
        builder.profile.set_duration_nanos(nanos);
        return builder.said_by("PGO403");
    };
    for (const std::int64_t usual : {28, 30, 33, 60, 120, 300, 3010, 3606}) CHECK(said(usual * kSecond).empty());
    CHECK(said(10 * kSecond) == "the duration, 10s, is no multiple of the usual 30s");
    CHECK_FALSE(said(45 * kSecond).empty());
    CHECK_FALSE(said(1).empty());
    CHECK(said(std::numeric_limits<std::int64_t>::max()).empty());
    const auto summary = "pgoprof/1 inputs=2 failed=0 duration=10000000000..30000000000 scaled=0";
    builder.profile.add_comment(builder.text(summary));
    CHECK(said(40 * kSecond) == "the durations, 10s to 30s, are no multiples of the usual 30s");
}

TEST_CASE("Ages are judged only where the time is known") {
    Builder builder;
    builder.profile.set_time_nanos(1000 * kDay);
    const auto said = [&](std::string_view rule, std::int64_t now, std::optional<std::int64_t> max_age) {
        return builder.said_by(rule, {.now_nanos = now, .max_age_nanos = max_age});
    };
    CHECK(said("PGO404", 1030 * kDay, 30 * kDay).empty());
    CHECK(said("PGO404", 1031 * kDay, 30 * kDay) == "it was collected 31 days ago; at most 30 days are allowed");
    CHECK(said("PGO404", 9000 * kDay, std::nullopt).empty());
    CHECK(said("PGO404", 999 * kDay, 30 * kDay).empty());
    CHECK(said("PGO405", 997 * kDay, std::nullopt) == "its time of collection is 3 days in the future");
    CHECK(said("PGO405", 1000 * kDay - 600 * kSecond, std::nullopt).empty());
    CHECK(builder.said_by("PGO404", {.max_age_nanos = 1}).empty());
    builder.profile.set_time_nanos(0);
    CHECK(said("PGO404", 1031 * kDay, 30 * kDay) == "there is no time of collection, so its age is not known");
    CHECK(said("PGO405", 1, std::nullopt).empty());
    builder.profile.set_time_nanos(std::numeric_limits<std::int64_t>::min());
    CHECK(said("PGO405", 1, 1).empty());
}

TEST_CASE("A scaled merge is not judged by its CPU time") {
    Builder builder;
    builder.profile.mutable_sample(0)->set_value(1, 1);
    CHECK_FALSE(builder.said_by("PGO305").empty());
    builder.profile.add_comment(builder.text("pgoprof/1 inputs=2 failed=0 duration=15000000000..15000000000 scaled=1"));
    CHECK(builder.said_by("PGO305").empty());
}

TEST_CASE("The order of sample types is that of Go, or one is missing") {
    const auto said = [](std::initializer_list<std::pair<const char*, const char*>> types) {
        Builder builder;
        builder.profile.clear_sample_type();
        builder.profile.mutable_sample(0)->clear_value();
        for (const auto& [type, unit] : types) {
            builder.add_sample_type(type, unit);
            builder.profile.mutable_sample(0)->add_value(3'000'000'000'000);
        }
        return builder.said_by("PGO310");
    };
    CHECK(said({{"samples", "count"}, {"cpu", "nanoseconds"}}).empty());
    CHECK(said({{"samples", "count"}}).empty());
    CHECK(said({{"cpu", "nanoseconds"}}).empty());
    CHECK(said({{"samples", "count"}, {"cpu", "nanoseconds"}, {"wall", "nanoseconds"}}).empty());
    CHECK(said({{"cpu", "nanoseconds"}, {"samples", "count"}}).starts_with("the Go compiler reads cpu/nanoseconds"));
    CHECK(said({{"wall", "nanoseconds"}, {"cpu", "nanoseconds"}})
              .starts_with("the Go compiler reads sample type 2 of 2"));
    CHECK(said({{"x", "y"}, {"samples", "count"}}).starts_with("the Go compiler reads sample type 2 of 2"));
}

TEST_CASE("Profiles of elapsed time are told from CPU profiles, though Go takes them") {
    Builder builder;
    builder.profile.mutable_sample_type(1)->set_type(builder.text("wall"));
    CHECK(builder.said_by("PGO309") == "this is a profile of elapsed time, waiting included, by its sample type wall");
    builder.add_sample_type("cpu", "nanoseconds");
    builder.profile.mutable_sample(0)->add_value(1);
    CHECK(builder.said_by("PGO309").empty());
}

TEST_CASE("Foreign code is what holds no Go function in the two leaf-most locations") {
    Builder builder;
    const auto libc = builder.add_location("memmove", 0);
    const auto external = builder.add_location("runtime._ExternalCode");
    builder.add_sample({libc, external}, 3000);
    CHECK(builder.said_by("PGO307").empty());  // half of it
    builder.add_sample({libc, external}, 1);
    CHECK(builder.said_by("PGO307").starts_with("50% of"));
    builder.add_sample({libc, 1}, 10);  // called by Go
    CHECK(builder.said_by("PGO307").empty());
}
