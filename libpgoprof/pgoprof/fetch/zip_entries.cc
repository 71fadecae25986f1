#include "pgoprof/fetch/zip_entries.h"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

namespace pgoprof {
namespace {

/// So many can be in an archive without its 64-bit records, of which we have no need.
constexpr std::uint64_t kMostFiles = 0xfffe;

struct Closer {
    void operator()(zip_t* archive) const { zip_discard(archive); }
    void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using Archive = std::unique_ptr<zip_t, Closer>;
using File = std::unique_ptr<zip_file_t, Closer>;

std::unexpected<Error> broken(std::string_view reason) {
    return fail({.message = fmt::format("the ZIP archive is damaged: {}", reason)});
}

std::unexpected<Error> too_large() {
    return fail(ErrorCode::limit_exceeded, "the files in the ZIP archive are larger than they may be",
                "--max-input-size allows more");
}

/// Whether the records at the end could be those that count files in 64 bits. libzip allocates for as many as they say.
bool has_long_count(ByteView archive) {
    constexpr std::string_view kLocator("PK\x06\x07", 4);
    constexpr std::size_t kLongestTail = 0xffff + 22 + 20;
    const std::string_view tail = as_text(archive.last(std::min(archive.size(), kLongestTail)));
    return tail.find(kLocator) != tail.npos;
}

Result<Archive> open(ByteView bytes) {
    if (!as_text(bytes).starts_with("PK")) return fail({.message = "this is no ZIP archive"});
    if (has_long_count(bytes)) return fail(ErrorCode::limit_exceeded, "the ZIP archive has too many files");
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* const source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    if (source == nullptr) throw std::bad_alloc();
    Archive archive(zip_open_from_source(source, ZIP_RDONLY, &error));
    const std::string reason = archive ? "" : zip_error_strerror(&error);
    zip_error_fini(&error);
    if (archive) return archive;
    zip_source_free(source);
    return broken(reason);
}

/// Not more than it was said to have, and not less.
Result<Buffer> read(zip_t* archive, zip_uint64_t index, std::uint64_t size) {
    const File file(zip_fopen_index(archive, index, 0));
    if (!file) return broken(zip_strerror(archive));
    Buffer content;
    content.reserve(size + 1);
    for (;;) {
        const auto room = size + 1 - content.size();
        const zip_int64_t count = zip_fread(file.get(), content.data() + content.size(), room);
        if (count < 0) return broken(zip_file_strerror(file.get()));
        if (count == 0) break;
        content.resize(content.size() + static_cast<std::size_t>(count));
        if (content.size() > size) return broken("a file is larger than it says");
    }
    if (content.size() < size) return broken("a file is smaller than it says");
    return content;
}

}  // namespace

Result<std::vector<Buffer>> unzip(ByteView archive, Budget& budget) {
    const auto opened = open(archive);
    if (!opened) return fail(opened.error());
    zip_t* const zip = opened->get();
    const auto count = static_cast<zip_uint64_t>(zip_get_num_entries(zip, 0));
    if (count > kMostFiles) return fail(ErrorCode::limit_exceeded, "the ZIP archive has too many files");
    std::vector<Buffer> files;
    for (zip_uint64_t i = 0; i < count; ++i) {
        zip_stat_t stat;
        if (zip_stat_index(zip, i, 0, &stat) != 0) return broken(zip_strerror(zip));
        if (std::string_view(stat.name).ends_with('/')) continue;
        if (stat.encryption_method != ZIP_EM_NONE) return fail({.message = "the ZIP archive is encrypted"});
        if (stat.size >= budget.left() || !budget.charge(stat.size + 1)) return too_large();
        auto content = read(zip, i, stat.size);
        if (!content) return fail(content.error());
        files.push_back(*std::move(content));
    }
    return files;
}

}  // namespace pgoprof
