#include "pgoprof/binary/go_binary.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "support/exercise_binary.h"
#include "support/go_elf.h"

using namespace pgoprof;
using namespace pgoprof::testing;

namespace {

GoBinary open(const GoElf& elf) {
    const MemoryFile file(as_bytes(elf.bytes));
    auto binary = GoBinary::open(file.path());
    REQUIRE(binary);
    return std::move(*binary);
}

/// "name:start:line ...", the innermost first.
std::string frames(const GoBinary& binary, std::uint64_t address, bool callee_is_panic = false) {
    std::vector<CodeFrame> found;
    binary.frames_at(address, found, callee_is_panic);
    std::string text;
    for (const CodeFrame& frame : found) {
        if (!text.empty()) text += ' ';
        text.append(frame.function).append(":").append(std::to_string(frame.start_line));
        text.append(":").append(std::to_string(frame.line));
    }
    return text;
}

const std::vector<GoElfShape> kShapes = {
    {},
    {.sections = false},
    {.position_independent = true},
    {.position_independent = true, .sections = false},
    {.inline_trees_word = 43},
    {.arm64 = true},
    {.arm64 = true, .position_independent = true, .sections = false},
};

}  // namespace

TEST_CASE("Frames are found with what is inlined into them, however the program was linked") {
    for (const GoElfShape& shape : kShapes) {
        CAPTURE(shape.arm64, shape.position_independent, shape.sections, shape.inline_trees_word);
        const GoElf elf = make_go_elf(shape);
        const GoBinary binary = open(elf);
        CHECK(binary.source() == SymbolSource::pclntab);
        CHECK(binary.machine() == (shape.arm64 ? Machine::arm64 : Machine::x86_64));
        CHECK(binary.is_position_independent() == shape.position_independent);
        const std::uint64_t outer = elf.function(3);
        CHECK(frames(binary, outer) == "main.outer:20:21");
        CHECK(frames(binary, outer + 16) == "main.middle:30:32 main.outer:20:31");
        CHECK(frames(binary, outer + 44) == "main.inner:40:42 main.middle:30:41 main.outer:20:31");
        CHECK(frames(binary, outer + 48) == "main.outer:20:22");
        CHECK(frames(binary, elf.text - 1).empty());
        CHECK(frames(binary, elf.function(5)).empty());
    }
}

TEST_CASE("Tables of Go 1.18 and 1.19 have no start lines") {
    const GoElf elf = make_go_elf({.old_tables = true, .inline_trees_word = 38});
    const GoBinary binary = open(elf);
    CHECK(frames(binary, elf.function(3) + 44) == "main.inner:0:42 main.middle:0:41 main.outer:0:31");
    CHECK(binary.stack_delta(elf.function(3) + 8) == 24);
}

TEST_CASE("Wrappers are left out unless what they call panics") {
    const GoElf elf = make_go_elf({});
    const GoBinary binary = open(elf);
    CHECK(frames(binary, elf.function(4)).empty());
    CHECK(frames(binary, elf.function(4), true) == "main.wrapper:10:11");
    CHECK(frames(binary, elf.function(4) + 16) == "main.leaf:10:12");
    CHECK(binary.function(4).is_wrapper);
}

TEST_CASE("Functions are found by address, by name and in order") {
    const GoElf elf = make_go_elf({});
    const GoBinary binary = open(elf);
    REQUIRE(binary.function_count() == 5);
    const auto outer = binary.function_at(elf.function(3) + 63);
    REQUIRE(outer);
    CHECK(outer->name == "main.outer");
    CHECK(outer->entry == elf.function(3));
    CHECK(outer->end == elf.function(4));
    CHECK(outer->file == "/src/main.go");
    CHECK(outer->start_line == 20);
    CHECK_FALSE(outer->is_top_frame);
    CHECK(binary.entry_at(elf.function(3) + 63) == elf.function(3));
    CHECK_FALSE(binary.entry_at(elf.function(5)));
    CHECK(binary.function_named("main.leaf")->entry == elf.function(2));
    CHECK_FALSE(binary.function_named("main.inner"));
    CHECK(binary.function(1).is_top_frame);
    CHECK(binary.function(1).writes_sp);
}

TEST_CASE("The stack's size is known at each instruction") {
    const GoElf elf = make_go_elf({});
    const GoBinary binary = open(elf);
    CHECK(binary.stack_delta(elf.function(2)) == 0);
    CHECK(binary.stack_delta(elf.function(2) + 7) == 0);
    CHECK(binary.stack_delta(elf.function(2) + 8) == 24);
    CHECK_FALSE(binary.stack_delta(elf.function(5)));
}

TEST_CASE("What the build left is read: version, settings, build ids") {
    for (const bool sections : {true, false}) {
        const GoBinary binary = open(make_go_elf({.sections = sections}));
        CHECK(binary.go_version() == "go1.26.8");
        REQUIRE(binary.settings().size() == 4);
        CHECK(binary.settings()[0].key == "-buildmode");
        CHECK(binary.settings()[0].value == "exe");
        CHECK(binary.settings()[1].value == "-s \"-w\" \u00e4A");
        CHECK(binary.settings()[2].key == "odd=key");
        CHECK(binary.settings()[2].value == "x");
        CHECK(binary.settings()[3].value == "amd64");
        CHECK(binary.build_id() == "01abff00");
        CHECK(binary.go_build_id() == "action/content");
    }
}

TEST_CASE("Direct calls are found from the function that makes them and from where they return to") {
    for (const bool arm64 : {false, true}) {
        const GoElf elf = make_go_elf({.arm64 = arm64});
        const GoBinary binary = open(elf);
        std::vector<CallInstruction> calls;
        direct_calls(binary, *binary.function_named("main.outer"), calls);
        REQUIRE(calls.size() == 1);
        CHECK(calls[0].address == elf.function(3) + 56);
        CHECK(calls[0].return_address == calls[0].address + (arm64 ? 4 : 5));
        CHECK(calls[0].target == elf.function(2));
        CHECK(call_target(binary, calls[0].return_address) == elf.function(2));
        CHECK_FALSE(call_target(binary, elf.function(3) + 16));
        CHECK_FALSE(call_target(binary, 0));
        if (!arm64) {
            CHECK(follows_call(binary, calls[0].return_address));
            CHECK_FALSE(follows_call(binary, calls[0].return_address + 1));
            CHECK_FALSE(follows_call(binary, 0));
        }
        direct_calls(binary, *binary.function_named("main.leaf"), calls);
        CHECK(calls.empty());
    }
}

TEST_CASE("Code and offsets of the file are found through the segments") {
    const GoElf elf = make_go_elf({});
    const GoBinary binary = open(elf);
    CHECK(binary.code(elf.function(3) + 56, 1)[0] == std::byte{0xe8});
    CHECK(binary.code(0, 16).empty());
    CHECK(binary.address_at_offset(0x80) == 0x400080);
    CHECK_FALSE(binary.address_at_offset(elf.bytes.size() - 1));
    CHECK(binary.segments().size() == 2);
}

TEST_CASE("Without pclntab there are the names of the ELF symbols of Go's code") {
    const GoElf elf = make_go_elf({.symbols = true, .sound_pclntab = false});
    const GoBinary binary = open(elf);
    CHECK(binary.source() == SymbolSource::elf_symbols);
    REQUIRE(binary.function_count() == 2);
    CHECK(frames(binary, elf.function(2)) == "main.leaf:0:0");
    CHECK(frames(binary, elf.function(3)) == "main.outer:0:0");
    CHECK(frames(binary, elf.function(3) + 60).empty());
    CHECK(frames(binary, elf.function(5)).empty());
    CHECK_FALSE(binary.stack_delta(elf.function(2)));
}

TEST_CASE("What is no Go program is refused") {
    const auto refusal = [](const std::string& bytes) {
        const MemoryFile file(as_bytes(bytes));
        const auto binary = GoBinary::open(file.path());
        REQUIRE_FALSE(binary);
        CHECK(binary.error().code == ErrorCode::invalid_content);
        CHECK(binary.error().input == file.path());
        return binary.error().message;
    };
    CHECK(refusal("") == "is not an ELF file");
    CHECK(refusal("#!/bin/sh\n") == "is not an ELF file");
    CHECK(refusal(make_go_elf({.sound_pclntab = false}).bytes) == "has no symbols of Go code");
    std::string other = make_go_elf({}).bytes;
    other[4] = 1;
    CHECK(refusal(other) == "is not a 64-bit little-endian ELF file");
    other = make_go_elf({}).bytes;
    other[18] = 3;
    CHECK(refusal(other) == "is for a machine other than x86-64 and arm64");

    CHECK(GoBinary::open("/nonexistent").error().code == ErrorCode::io_failure);
    CHECK(GoBinary::open("/").error().code == ErrorCode::io_failure);
}

TEST_CASE("A binary of which anything is missing or flipped gives answers or a clean error") {
    for (const GoElfShape& shape : {GoElfShape{}, GoElfShape{.position_independent = true, .sections = false},
                                    GoElfShape{.symbols = true, .sound_pclntab = false}}) {
        std::string bytes = make_go_elf(shape).bytes;
        const MemoryFile file(as_bytes(bytes));
        REQUIRE(exercise_binary(file.path(), 5));
        std::size_t opened = 0;
        for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
            const char flipped = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
            file.write(bit / 8, as_bytes(std::string_view(&flipped, 1)));
            opened += exercise_binary(file.path(), 5);
            file.write(bit / 8, as_bytes(std::string_view(&bytes[bit / 8], 1)));
        }
        CHECK(opened < bytes.size() * 8);
        for (std::size_t size = bytes.size(); size-- > 0;) {
            file.resize(size);
            exercise_binary(file.path(), 5);
        }
    }
}
