#include "pgoprof/input_source.h"

#include <fmt/format.h>
#include <unistd.h>

#include "pgoprof/io/source.h"

namespace pgoprof {

bool Shard::has(const Sha256& digest) const {
    std::uint64_t key = 0;
    for (std::size_t i = 0; i < sizeof key; ++i) key = key << 8 | digest.bytes[i];
    return key % count == number - 1;
}

std::optional<std::size_t> FileSource::size() const {
    return options_.shard ? std::nullopt : std::optional(files_.size());
}

Result<bool> FileSource::take(StoredInput& input) {
    const auto elsewhere = [this](const InputFile& file) { return file.sha256 && is_elsewhere(*file.sha256); };
    while (next_ != files_.size() && elsewhere(files_[next_])) ++next_;
    if (next_ == files_.size()) return false;
    input.name = input_name(files_[next_].path);
    input.weight = files_[next_].weight;
    input.sha256.reset();
    input.index = next_++;
    return true;
}

Result<bool> FileSource::read(StoredInput& input) {
    const InputFile& file = files_[input.index];
    auto read = read_input(file.path, options_.limits.input_bytes, input.bytes);
    if (!read) {
        if (!file.sha256 && is_elsewhere(sha256(as_bytes(file.path)))) return false;
        return fail(std::move(read.error()));
    }
    if (options_.digests == Digests::where_needed && !options_.shard && !file.sha256) return true;
    input.sha256 = sha256(input.bytes.view());
    if (file.sha256 && input.sha256 != file.sha256) {
        return fail(ErrorCode::invalid_content,
                    fmt::format("its SHA-256 is {}, not the listed {}", to_hex(*input.sha256), to_hex(*file.sha256)),
                    "the file has changed since it was listed, or arrived damaged");
    }
    return !is_elsewhere(*input.sha256);
}

FrameSource::FrameSource(const Limits& limits, Digests digests)
    : reader_(STDIN_FILENO, limits.input_bytes), digests_(digests) {}

Result<bool> FrameSource::take(StoredInput& input) {
    input.name = fmt::format("stdin, profile {}", next_ + 1);
    auto taken = reader_.next(input.bytes);
    if (!taken) return fail_in(input.name, std::move(taken.error()));
    input.index = next_++;
    return taken;
}

Result<bool> FrameSource::read(StoredInput& input) {
    if (digests_ == Digests::always) input.sha256 = sha256(input.bytes.view());
    return true;
}

}  // namespace pgoprof
