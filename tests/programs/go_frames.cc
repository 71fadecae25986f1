// Prints what the library finds in a Go binary, as tests/support/go/symbols prints it of itself.
//   go_frames BINARY        the frames of every address of its code
//   go_frames BINARY at     the frames at each offset of the file, in hex, that stdin names, a line each
//   go_frames BINARY info   where symbols come from, and what the build left in the file
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "pgoprof/binary/go_binary.h"

namespace {

using pgoprof::CodeFrame;
using pgoprof::GoBinary;

using Frames = std::vector<CodeFrame>;

bool same(const Frames& a, const Frames& b) {
    const auto parts = [](const CodeFrame& frame) {
        return std::tie(frame.function, frame.start_line, frame.file, frame.line);
    };
    return std::ranges::equal(a, b, {}, parts, parts);
}

std::string describe(const Frames& frames) {
    std::string text;
    for (const CodeFrame& frame : frames) {
        if (!text.empty()) text += '\t';
        text += fmt::format("{}\t{}\t{}\t{}", frame.function, frame.start_line, frame.file, frame.line);
    }
    return text.empty() ? "-" : text;
}

/// All but the last address of each function, which the runtime cannot be asked for. `first`: what addresses count
/// from.
void print_function(const GoBinary& binary, std::uint64_t first, const pgoprof::CodeFunction& function) {
    std::uint64_t begin = function.entry;
    Frames last;
    Frames next;
    const auto print_up_to = [&](std::uint64_t address) {
        if (address > begin) fmt::print("{:x}\t{:x}\t{}\n", begin - first, address - first, describe(last));
    };
    for (std::uint64_t address = function.entry; address + 1 < function.end; ++address) {
        binary.frames_at(address, next);
        if (address > function.entry && same(last, next)) continue;
        print_up_to(address);
        begin = address;
        std::swap(last, next);
    }
    if (function.end > function.entry) print_up_to(function.end - 1);
}

void print_offsets(const GoBinary& binary) {
    Frames frames;
    for (std::string line; std::getline(std::cin, line);) {
        const auto address = binary.address_at_offset(std::stoull(line, nullptr, 16));
        if (address) binary.frames_at(*address, frames);
        fmt::print("{}\n", address ? describe(frames) : "?");
    }
}

void print_info(const GoBinary& binary) {
    constexpr std::array kSources = {"pclntab", "dwarf", "elf symbols"};
    fmt::print("source\t{}\nversion\t{}\n", kSources.at(static_cast<std::size_t>(binary.source())),
               binary.go_version());
    fmt::print("build id\t{}\ngo build id\t{}\n", binary.build_id(), binary.go_build_id());
    for (const auto& [key, value] : binary.settings()) fmt::print("setting {}\t{}\n", key, value);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2 && argc != 3) return 2;
    const auto binary = GoBinary::open(argv[1]);
    if (!binary) {
        fmt::print(stderr, "{}: {}\n", argv[1], binary.error().message);
        return 1;
    }
    const std::string_view what = argc == 3 ? argv[2] : "";
    if (what == "at") {
        print_offsets(*binary);
        return 0;
    }
    if (what == "info") {
        print_info(*binary);
        return 0;
    }
    const std::uint64_t first = binary->function(0).entry;
    for (std::size_t i = 0; i < binary->function_count(); ++i) print_function(*binary, first, binary->function(i));
    return 0;
}
