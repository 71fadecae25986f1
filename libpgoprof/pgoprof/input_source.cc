#include "pgoprof/input_source.h"

#include <fmt/format.h>
#include <unistd.h>

#include "pgoprof/io/source.h"

namespace pgoprof {

Result<bool> FileSource::take(StoredInput& input) {
    if (next_ == paths_.size()) return false;
    input.name = input_name(paths_[next_]);
    input.index = next_++;
    return true;
}

Result<> FileSource::read(StoredInput& input) {
    return read_input(paths_[input.index], limits_.input_bytes, input.bytes);
}

FrameSource::FrameSource(const Limits& limits) : reader_(STDIN_FILENO, limits.input_bytes) {}

Result<bool> FrameSource::take(StoredInput& input) {
    input.name = fmt::format("stdin, profile {}", next_ + 1);
    auto taken = reader_.next(input.bytes);
    if (!taken) return fail_in(input.name, std::move(taken.error()));
    input.index = next_++;
    return taken;
}

Result<> FrameSource::read(StoredInput& /*input*/) { return {}; }

}  // namespace pgoprof
