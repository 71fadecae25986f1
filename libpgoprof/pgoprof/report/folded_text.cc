#include "pgoprof/report/folded_text.h"

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <string_view>

#include "pgoprof/base/text.h"

namespace pgoprof {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;

/// What ends a frame or a line never stands in a name, nor does what its place would give another meaning: a blank
/// before the count, "#" where a line begins.
std::string fold_name(std::string_view name) {
    if (name.empty()) return "[unknown]";
    std::string folded;
    const std::string line = escape_line(name);
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        const bool is_misread = c == ';' || (c == '#' && i == 0) || (c == ' ' && i + 1 == line.size());
        if (is_misread) {
            fmt::format_to(std::back_inserter(folded), "\\x{:02x}", c);
        } else {
            folded += c;
        }
    }
    return folded;
}

}  // namespace

Result<> write_folded(const FoldedStacks& stacks, const WriteBytes& write) {
    std::vector<std::string> names;
    names.reserve(stacks.names.size());
    for (std::uint32_t id = 0; id < stacks.names.size(); ++id) names.push_back(fold_name(stacks.names[StringId{id}]));
    std::string text;
    for (const FoldedStacks::Stack& stack : stacks.stacks) {
        std::string_view separator;
        for (const StringId name : stacks.frames_of(stack)) {
            text += separator;
            text += names[name.value];
            separator = ";";
        }
        fmt::format_to(std::back_inserter(text), " {}\n", stack.weight);
        if (text.size() < kPiece) continue;
        if (auto written = write(as_bytes(text)); !written) return written;
        text.clear();
    }
    return write(as_bytes(text));
}

std::uint64_t name_bytes(const FoldedStacks& stacks) {
    std::uint64_t bytes = 0;
    for (const FoldedStacks::Stack& stack : stacks.stacks) {
        for (const StringId name : stacks.frames_of(stack)) bytes += stacks.names[name].size();
    }
    return bytes;
}

}  // namespace pgoprof
