// Prints what the library finds in a Go binary, as tests/support/go/symbols prints it of itself.
//   go_frames BINARY        the frames of every address of its code
//   go_frames BINARY at     the frames at each offset of the file, in hex, that stdin names, a line each
#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "pgoprof/binary/go_binary.h"

namespace {

using pgoprof::CodeFrame;
using pgoprof::GoBinary;

std::string describe(const GoBinary& binary, std::uint64_t address) {
    std::vector<CodeFrame> frames;
    binary.frames_at(address, frames);
    std::string text;
    for (const CodeFrame& frame : frames) {
        if (!text.empty()) text += ';';
        text += fmt::format("{} {} {}:{}", frame.function, frame.start_line, frame.file, frame.line);
    }
    return text.empty() ? "-" : text;
}

/// All but the last address of each function, which the runtime cannot be asked for. `first`: what addresses count
/// from.
void print_function(const GoBinary& binary, std::uint64_t first, const pgoprof::CodeFunction& function) {
    std::uint64_t begin = function.entry;
    std::string last;
    for (std::uint64_t address = function.entry; address < function.end; ++address) {
        std::string frames = address + 1 < function.end ? describe(binary, address) : "";
        if (frames == last) continue;
        if (!last.empty()) fmt::print("{:x} {:x} {}\n", begin - first, address - first, last);
        begin = address;
        last = std::move(frames);
    }
}

void print_offsets(const GoBinary& binary) {
    for (std::string line; std::getline(std::cin, line);) {
        const auto address = binary.address_at_offset(std::stoull(line, nullptr, 16));
        fmt::print("{}\n", address ? describe(binary, *address) : "?");
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2 && argc != 3) return 2;
    const auto binary = GoBinary::open(argv[1]);
    if (!binary) {
        fmt::print(stderr, "{}: {}\n", argv[1], binary.error().message);
        return 1;
    }
    if (argc == 3) {
        print_offsets(*binary);
        return 0;
    }
    const std::uint64_t first = binary->function(0).entry;
    for (std::size_t i = 0; i < binary->function_count(); ++i) print_function(*binary, first, binary->function(i));
    return 0;
}
