#include "pgoprof/transform/no_inline.h"

#include <algorithm>
#include <array>

namespace pgoprof {
namespace {

std::string with_prefix(std::string_view name) { return std::string(kNoInlinePrefix) + std::string(name); }

/// Whether `name` is `function`, or an instance of it: "main.F[go.shape.int]" of "main.F".
bool is_instance(std::string_view name, const std::string& function) {
    if (name == function) return true;
    SymbolName symbol = parse_symbol_name(name);
    for (NamePart& part : symbol.parts) part.arguments.clear();
    return !symbol.parts.empty() && to_string(symbol) == function;
}

}  // namespace

std::size_t no_inline_bytes(std::string_view name) {
    std::size_t bytes = 0;
    while (name.substr(bytes).starts_with(kNoInlinePrefix)) bytes += kNoInlinePrefix.size();
    return bytes;
}

bool grows_stacks(std::string_view name) {
    constexpr std::array<std::string_view, 2> kNames{
        "google.golang.org/grpc/internal/transport.(*loopyWriter).processData", "runtime.gopark"};
    return std::ranges::find(kNames, name) != kNames.end();
}

RenameStep no_inline_step(const std::string& function) {
    return {"--no-inline " + function, [function](const NamedFunction& candidate) -> std::optional<std::string> {
                if (!is_instance(candidate.name, function)) return std::nullopt;
                return with_prefix(candidate.name);
            }};
}

RenameStep no_stack_growth_step() {
    return {"--no-inline=stack-growth", [](const NamedFunction& candidate) -> std::optional<std::string> {
                if (!grows_stacks(candidate.name)) return std::nullopt;
                return with_prefix(candidate.name);
            }};
}

}  // namespace pgoprof
