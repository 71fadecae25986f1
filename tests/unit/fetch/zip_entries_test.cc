#include "pgoprof/fetch/zip_entries.h"

#include <catch2/catch.hpp>

#include "pgoprof/io/source.h"

using namespace pgoprof;

namespace {

Buffer recorded() {
    Buffer archive;
    REQUIRE(read_input(std::string(PGOPROF_TESTDATA) + "/exchanges/datadog/answer.zip", kMiB, archive));
    return archive;
}

Result<std::vector<Buffer>> files_in(ByteView archive, std::uint64_t bytes = kMiB) {
    Budget budget(bytes);
    return unzip(archive, budget);
}

}  // namespace

TEST_CASE("an archive's files come in its order, whole") {
    const Buffer archive = recorded();
    const auto files = files_in(archive.view());
    REQUIRE(files);
    REQUIRE(files->size() == 3);
    for (const Buffer& file : *files) CHECK(file.text().starts_with("\x1f\x8b"));
}

TEST_CASE("files are paid for before they are inflated") {
    const Buffer archive = recorded();
    std::uint64_t bytes = 0;
    const auto files = files_in(archive.view());
    for (const Buffer& file : *files) bytes += file.size() + 1;
    CHECK(files_in(archive.view(), bytes));
    const auto refused = files_in(archive.view(), bytes - 1);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::limit_exceeded);
}

TEST_CASE("no proper prefix is an archive") {
    const Buffer archive = recorded();
    for (std::size_t length = 0; length < archive.size(); length += length < archive.size() - 300 ? 97 : 1) {
        CAPTURE(length);
        REQUIRE_FALSE(files_in(archive.view().first(length)));
    }
}

TEST_CASE("a damaged archive is refused, or its files are as they were") {
    Buffer archive = recorded();
    const auto sound = files_in(archive.view());
    for (std::size_t at = 0; at < archive.size(); at += at < archive.size() - 300 ? 61 : 1) {
        const std::byte was = archive.data()[at];
        for (const int bit : {0, 7}) {
            archive.data()[at] = was ^ static_cast<std::byte>(1 << bit);
            const auto files = files_in(archive.view());
            CAPTURE(at, bit);
            for (std::size_t i = 0; files && i < files->size(); ++i) {
                const bool known =
                    std::ranges::any_of(*sound, [&](const Buffer& file) { return file.text() == (*files)[i].text(); });
                CHECK(known);
            }
        }
        archive.data()[at] = was;
    }
}
