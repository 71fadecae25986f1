#include "pgoprof/fetch/manifest.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "pgoprof/base/limits.h"
#include "pgoprof/base/text.h"
#include "pgoprof/fetch/archive.h"
#include "support/folder.h"

using namespace pgoprof;
using testing::Folder;

namespace {

const ManifestSettings kSettings{.seed = (std::uint64_t{1} << 53) - 1,
                                 .options = {"--rounds 3", "--seconds 30", "--all-addresses"},
                                 .targets = digest_of_targets({"a", "b"})};

ManifestEntry capture(std::uint64_t round, const std::string& target) {
    return {.round = round,
            .target = target,
            .of = 2,
            .time = "2026-11-23T04:05:06Z",
            .seconds = 30,
            .attempts = 2,
            .duration_nanos = 30'100'000'000,
            .samples = 1234,
            .cores = 0.41,
            .sha256 = sha256(as_bytes(target)),
            .file = "001-a.pprof"};
}

ManifestEntry failure() {
    return {.target = escape_line("http://\"a\\b\"\x1b:1"),
            .outcome = CaptureOutcome::failed,
            .fault = "refused",
            .message = "connection \"refused\""};
}

std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("what is written is read back") {
    const std::vector<ManifestEntry> entries{capture(1, "a"), capture(2, "b"), failure()};
    std::string text = format_line(kSettings);
    for (const auto& entry : entries) text += format_line(entry);
    const auto read = parse_manifest(text);
    REQUIRE(read);
    CHECK(read->settings == kSettings);
    CHECK(read->entries == entries);
    CHECK(read->bytes == text.size());
}

TEST_CASE("whatever was cut off, complete lines are read") {
    const std::vector<ManifestEntry> entries{capture(1, "a"), failure(), capture(2, "b")};
    std::string text = format_line(kSettings);
    std::vector<std::size_t> ends{text.size()};
    for (const auto& entry : entries) ends.push_back((text += format_line(entry)).size());
    for (std::size_t size = 0; size <= text.size(); ++size) {
        const auto read = parse_manifest(std::string_view(text).substr(0, size));
        REQUIRE(read);
        const auto complete = std::ranges::count_if(ends, [&](std::size_t end) { return end <= size; });
        CHECK(read->settings.has_value() == (complete != 0));
        CHECK(read->entries.size() + (complete == 0 ? 0 : 1) == static_cast<std::size_t>(complete));
        CHECK(read->bytes == (complete == 0 ? 0 : ends[static_cast<std::size_t>(complete) - 1]));
    }
}

TEST_CASE("what is no manifest is refused, by line") {
    const std::string head = format_line(kSettings);
    const auto refusal = [](const std::string& text) { return parse_manifest(text).error().message; };
    CHECK(refusal("{}\n").starts_with("line 1: not a manifest"));
    CHECK(refusal("hello\n").starts_with("line 1: "));
    CHECK(refusal(head + "{}\n").starts_with("line 2: not an entry"));
    CHECK(refusal(head + format_line(failure()) + "[\n").starts_with("line 3: "));
    ManifestEntry elsewhere = capture(1, "a");
    for (const char* file : {"../passwd", "..", "manifest.jsonl", "a/b.pprof"}) {
        elsewhere.file = file;
        CHECK(refusal(head + format_line(elsewhere)).starts_with("line 2: not an entry"));
    }
}

TEST_CASE("a directory is one process's at a time, and of one kind of run") {
    const Folder folder;
    const std::string directory = folder.file("captures");
    {
        auto manifest = Manifest::open(directory, kSettings);
        REQUIRE(manifest);
        CHECK(manifest->entries().empty());
        const std::vector entries{capture(1, "a"), failure()};
        REQUIRE(manifest->append(entries));
        const auto second = Manifest::open(directory, kSettings);
        REQUIRE_FALSE(second);
        CHECK(second.error().message.starts_with("another pgo-fetch"));
    }
    ManifestSettings other = kSettings;
    other.seed = 1;
    const auto again = Manifest::open(directory, other);
    REQUIRE(again);
    CHECK(again->settings().seed == kSettings.seed);
    CHECK(again->entries().size() == 2);
    other.options = {"--rounds 4"};
    CHECK(Manifest::open(directory, other).error().message.starts_with("another pgo-fetch"));
}

TEST_CASE("other options are refused, and named") {
    const Folder folder;
    REQUIRE(Manifest::open(folder.file("captures"), kSettings));
    const auto refusal = [&](std::vector<std::string> options) {
        ManifestSettings other{.options = std::move(options), .targets = digest_of_targets({"c"})};
        const auto refused = Manifest::open(folder.file("captures"), other);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::usage);
        return refused.error().message;
    };
    const std::string filled = "the directory was filled by a run with ";
    CHECK(refusal({"--rounds 4", "--seconds 30", "--all-addresses"}) ==
          filled + "--rounds 3, and this one has --rounds 4");
    CHECK(refusal({"--rounds 3", "--seconds 5", "--sample 20%"}) ==
          filled +
              "--all-addresses and no --sample and --seconds 30, "
              "and this one has no --all-addresses and --sample 20% and --seconds 5");
    CHECK(refusal({"--all-addresses", "--seconds 30", "--rounds 3"}) == filled + "other targets");
}

TEST_CASE("other targets are refused, in whatever order they come") {
    const Folder folder;
    REQUIRE(Manifest::open(folder.file("captures"), kSettings));
    ManifestSettings same = kSettings;
    same.targets = digest_of_targets({"b", "a", "b"});
    CHECK(Manifest::open(folder.file("captures"), same));
    for (const std::vector<std::string>& targets : {std::vector<std::string>{"a"}, {"a", "b", "c"}, {"a\nb"}, {}}) {
        ManifestSettings other = kSettings;
        other.targets = digest_of_targets(targets);
        const auto refused = Manifest::open(folder.file("captures"), other);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::usage);
        CHECK(refused.error().message.find("with other targets") != std::string::npos);
    }
}

TEST_CASE("a torn line gives way to the next one") {
    const Folder folder;
    const std::string directory = folder.file("captures");
    const std::string path = directory + "/manifest.jsonl";
    REQUIRE(Manifest::open(directory, kSettings)->append(std::vector{capture(1, "a")}));
    const std::string whole = content(path);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        std::ofstream(path, std::ios::binary | std::ios::trunc) << whole.substr(0, size);
        REQUIRE(Manifest::open(directory, kSettings)->append(std::vector{capture(1, "b")}));
        const auto read = parse_manifest(content(path));
        REQUIRE(read);
        CHECK(read->settings == kSettings);
        REQUIRE(read->entries.size() == 1);
        CHECK(read->entries[0] == capture(1, "b"));
    }
}

TEST_CASE("names of files are plain, and one's own") {
    const std::string name = archive_file_name(7, "http://[::1]:6060/../a b?seconds=30", 1);
    CHECK(name.starts_with("007-_1_6060_.._a_b_seconds_30-"));
    CHECK(name.ends_with(".pprof"));
    CHECK(archive_file_name(7, "http://a/", 1) != archive_file_name(7, "http://a?", 1));
    CHECK(archive_file_name(7, "a", 1) != archive_file_name(7, "a", 2));
    CHECK(archive_file_name(1, std::string(5000, 'x'), 1).size() < 120);
    CHECK(archive_file_name(1, "\xff\n\x1b", 1).find_first_of("\xff\n\x1b") == std::string::npos);
}

namespace {

struct Recalled {
    std::vector<std::string> bodies;
    std::vector<std::string> forgotten;
};

Recalled recall(Archive& archive) {
    Recalled recalled;
    const auto visit = [&](Archive::Kept& parts) -> Result<> {
        for (const auto& part : parts) recalled.bodies.emplace_back(part.second.text());
        return {};
    };
    REQUIRE(archive.recall(kMiB, visit, [&](const Error& error) { recalled.forgotten.push_back(error.input); }));
    return recalled;
}

/// One source's part, as the run notes it.
ManifestEntry part(std::uint64_t round, const std::string& target, std::uint64_t number = 1, std::uint64_t parts = 1) {
    return {.round = round, .target = target, .of = 2, .part = number, .parts = parts};
}

void keep(Archive& archive, ManifestEntry entry, std::string_view body) {
    REQUIRE(archive.keep(entry, as_bytes(body)));
    REQUIRE(archive.note(entry));
}

}  // namespace

TEST_CASE("what was kept comes back, and its round is over when all of it is there") {
    const Folder folder;
    {
        auto archive = *Archive::open(folder.file("c"), kSettings);
        keep(archive, part(1, "a"), "one");
        CHECK(archive.has(1, "a"));
        CHECK_FALSE(archive.has(2, "a"));
        CHECK_FALSE(archive.is_over(1));
        ManifestEntry idle = part(1, "b");
        idle.outcome = CaptureOutcome::idle;
        REQUIRE(archive.note(idle));
        CHECK(archive.is_over(1));
        ManifestEntry failed = part(2, "b");
        failed.outcome = CaptureOutcome::failed;
        REQUIRE(archive.note(failed));
        keep(archive, part(2, "a"), "two");
        CHECK_FALSE(archive.is_over(2));
        CHECK_FALSE(archive.is_over(3));
    }
    auto archive = *Archive::open(folder.file("c"), kSettings);
    CHECK(recall(archive).bodies == std::vector<std::string>{"one", "", "two"});
    CHECK(archive.is_over(1));
    CHECK_FALSE(archive.has(2, "b"));
    keep(archive, part(2, "b"), "three");
    CHECK(archive.is_over(2));
}

TEST_CASE("what has changed is forgotten, as are the parts of what is not complete") {
    const Folder folder;
    {
        auto archive = *Archive::open(folder.file("c"), kSettings);
        keep(archive, part(1, "a"), "one");
        keep(archive, part(1, "b"), "two");
        keep(archive, part(2, "a", 1, 3), "x");
        keep(archive, part(2, "a", 2, 3), "y");
    }
    const std::string changed = folder.file("c/" + archive_file_name(1, "a", 1));
    std::ofstream(changed, std::ios::app) << "!";
    auto archive = *Archive::open(folder.file("c"), kSettings);
    const auto recalled = recall(archive);
    CHECK(recalled.bodies == std::vector<std::string>{"two"});
    CHECK(recalled.forgotten == std::vector{changed});
    CHECK_FALSE(archive.has(1, "a"));
    CHECK_FALSE(archive.has(2, "a"));
    CHECK(std::distance(std::filesystem::directory_iterator(folder.file("c")), {}) == 2);
    keep(archive, part(2, "a", 1, 1), "z");
    CHECK(archive.has(2, "a"));
}

TEST_CASE("a failure removes what a killed run left") {
    const Folder folder;
    auto archive = *Archive::open(folder.file("c"), kSettings);
    ManifestEntry orphan = part(1, "a");
    REQUIRE(archive.keep(orphan, as_bytes("x")));
    ManifestEntry failed = part(1, "a");
    failed.outcome = CaptureOutcome::failed;
    REQUIRE(archive.note(failed));
    CHECK_FALSE(std::filesystem::exists(folder.file("c/" + orphan.file)));
}
