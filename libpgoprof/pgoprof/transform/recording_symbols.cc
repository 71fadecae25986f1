#include "pgoprof/transform/recording_symbols.h"

#include <algorithm>
#include <array>

namespace pgoprof {

namespace {

constexpr std::string_view kExternalCode = "runtime._ExternalCode";

bool panics(std::string_view function) {
    constexpr std::array names{"runtime.gopanic", "runtime.panicwrap", "runtime.sigpanic"};
    return std::ranges::find(names, function) != names.end();
}

}  // namespace

void RecordingSymbols::append_locations(std::span<const PlaceId> places, std::vector<LocationId>& stack) {
    const std::size_t before = stack.size();
    stack.resize(before + places.size());
    LocationId* next = stack.data() + before;
    bool callee_is_panic = false;
    for (const PlaceId place : places) {
        // A branch: to select the table would make each look-up wait for the one before.
        const Symbol& known = callee_is_panic ? symbol(place, true) : symbol(place, false);
        callee_is_panic = known.is_panic;
        *next = known.location;
        next += known.location != kNone<LocationId> ? 1 : 0;
    }
    stack.resize(static_cast<std::size_t>(next - stack.data()));
}

const RecordingSymbols::Symbol& RecordingSymbols::new_symbol(PlaceId place, bool callee_is_panic) {
    std::vector<Symbol>& symbols = symbols_[callee_is_panic ? 1 : 0];
    if (symbols.size() <= place.value) symbols.resize(places_.size());
    return symbols[place.value] = find_symbol(places_.address(place), callee_is_panic);
}

RecordingSymbols::Symbol RecordingSymbols::find_symbol(std::uint64_t address, bool callee_is_panic) {
    Symbol symbol{.is_known = true};
    binary_.frames_at(address, frames_, callee_is_panic);
    symbol.is_panic = !frames_.empty() && panics(frames_.back().function);
    if (frames_.empty() || frames_.front().function == "runtime.goexit") return symbol;
    lines_.clear();
    for (const CodeFrame& frame : frames_) lines_.push_back({.function = function(frame, address), .line = frame.line});
    symbol.location = builder_.location(mapping_, address, lines_);
    return symbol;
}

// A frame's file is that of its line. Now and then a line of an inlined function is attributed to the one around it,
// whose own file the binary knows.
FunctionId RecordingSymbols::function(const CodeFrame& frame, std::uint64_t address) {
    const StringId name = builder_.string(frame.function);
    if (const auto known = functions_.find(name); known != functions_.end()) return known->second;
    const std::optional<CodeFunction> around = binary_.function_at(address);
    const bool is_own = around && around->name == frame.function;
    const FunctionId id = builder_.function(frame.function, is_own ? around->file : frame.file, frame.start_line);
    functions_.emplace(name, id);
    return id;
}

LocationId RecordingSymbols::external_code() {
    if (external_code_) return *external_code_;
    const std::optional<CodeFunction> known = binary_.function_named(kExternalCode);
    if (known) external_code_ = symbol(places_.intern(known->entry), false).location;
    if (!external_code_ || *external_code_ == kNone<LocationId>) {
        const std::array line{Line{.function = builder_.function(kExternalCode, {}, 0)}};
        external_code_ = builder_.location(mapping_, 0, line);
    }
    return *external_code_;
}

}  // namespace pgoprof
