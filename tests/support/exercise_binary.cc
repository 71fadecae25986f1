#include "support/exercise_binary.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "pgoprof/binary/go_binary.h"

namespace pgoprof::testing {
namespace {

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "not so: %s\n", what);
    std::abort();
}

void exercise_address(const GoBinary& binary, std::uint64_t address, std::vector<CodeFrame>& frames) {
    binary.frames_at(address, frames, true);
    const std::size_t with_wrappers = frames.size();
    binary.frames_at(address, frames);
    require(frames.size() <= with_wrappers, "leaving out wrappers leaves fewer frames");
    require(frames.empty() || binary.entry_at(address).has_value(), "frames are of a function");
    const auto delta = binary.stack_delta(address);
    require(!delta || *delta >= 0, "what is on the stack has a size");
    call_target(binary, address);
}

void exercise_function(const GoBinary& binary, const CodeFunction& function, std::vector<CodeFrame>& frames,
                       std::vector<CallInstruction>& calls) {
    const std::uint64_t middle = function.entry + (function.end - function.entry) / 2;
    for (const std::uint64_t address :
         std::array{function.entry, function.entry + 1, middle, function.end - 1, function.end})
        exercise_address(binary, address, frames);
    binary.function_named(function.name);
    direct_calls(binary, function, calls);
    for (const CallInstruction& call : calls) {
        require(call.target == binary.entry_at(call.target), "calls lead to entries");
        require(call_target(binary, call.return_address) == call.target, "a call is found from either end");
    }
}

}  // namespace

MemoryFile::MemoryFile(ByteView content) : fd_(::memfd_create("binary", MFD_CLOEXEC)) {
    require(fd_ >= 0, "memory can be had as a file");
    path_ = "/proc/self/fd/" + std::to_string(fd_);
    write(0, content);
}

MemoryFile::~MemoryFile() { ::close(fd_); }

void MemoryFile::write(std::size_t offset, ByteView bytes) const {
    const ssize_t written = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    require(written == static_cast<ssize_t>(bytes.size()), "all of it is written");
}

void MemoryFile::resize(std::size_t size) const {
    require(::ftruncate(fd_, static_cast<off_t>(size)) == 0, "the file takes another size");
}

bool exercise_binary(const std::string& path, std::size_t most_functions) {
    const auto binary = GoBinary::open(path);
    if (!binary) {
        require(!binary.error().message.empty(), "an error says what is wrong");
        return false;
    }
    std::vector<CodeFrame> frames;
    std::vector<CallInstruction> calls;
    const std::size_t count = binary->function_count();
    const std::size_t step = std::max<std::size_t>(1, count / most_functions);
    for (std::size_t i = 0; i < count; i += step) exercise_function(*binary, binary->function(i), frames, calls);
    for (const std::uint64_t address : {std::uint64_t{0}, ~std::uint64_t{0}})
        exercise_address(*binary, address, frames);
    binary->address_at_offset(0);
    return true;
}

}  // namespace pgoprof::testing
