#include "pgoprof/transform/recording_symbols.h"

#include <algorithm>
#include <array>

#include "pgoprof/base/hash.h"

namespace pgoprof {

namespace {

constexpr std::string_view kExternalCode = "runtime._ExternalCode";

bool panics(std::string_view function) {
    constexpr std::array names{"runtime.gopanic", "runtime.panicwrap", "runtime.sigpanic"};
    return std::ranges::find(names, function) != names.end();
}

}  // namespace

void RecordingSymbols::locations(std::span<const std::uint64_t> addresses, std::vector<LocationId>& stack) {
    stack.clear();
    bool callee_is_panic = false;
    for (const std::uint64_t address : addresses) {
        const Entry& known = entry(address, callee_is_panic);
        callee_is_panic = known.is_panic;
        if (known.location != kNone<LocationId>) stack.push_back(known.location);
    }
}

const RecordingSymbols::Entry& RecordingSymbols::entry(std::uint64_t address, bool callee_is_panic) {
    const auto is_same = [&](std::uint32_t id) {
        return entries_[id].address == address && entries_[id].callee_is_panic == callee_is_panic;
    };
    const auto append = [&] {
        entries_.push_back(symbolize(address, callee_is_panic));
        return static_cast<std::uint32_t>(entries_.size() - 1);
    };
    return entries_[index_.find_or_insert(hash_mix(callee_is_panic ? 1 : 2, address), is_same, append)];
}

RecordingSymbols::Entry RecordingSymbols::symbolize(std::uint64_t address, bool callee_is_panic) {
    Entry entry{.address = address, .callee_is_panic = callee_is_panic};
    const std::optional<CodeFunction> called = binary_.function_at(address);
    entry.is_panic = called && panics(called->name);
    binary_.frames_at(address, frames_, callee_is_panic);
    if (frames_.empty() || frames_.front().function == "runtime.goexit") return entry;
    lines_.clear();
    for (const CodeFrame& frame : frames_) lines_.push_back({.function = function(frame), .line = frame.line});
    entry.location = builder_.location(mapping_, address, lines_);
    return entry;
}

FunctionId RecordingSymbols::function(const CodeFrame& frame) {
    const StringId name = builder_.string(frame.function);
    if (const auto known = functions_.find(name); known != functions_.end()) return known->second;
    const FunctionId id = builder_.function(frame.function, frame.file, frame.start_line);
    functions_.emplace(name, id);
    return id;
}

LocationId RecordingSymbols::external_code() {
    if (external_code_) return *external_code_;
    const std::optional<CodeFunction> known = binary_.function_named(kExternalCode);
    if (known) external_code_ = entry(known->entry, false).location;
    if (!external_code_ || *external_code_ == kNone<LocationId>) {
        const std::array line{Line{.function = builder_.function(kExternalCode, {}, 0)}};
        external_code_ = builder_.location(mapping_, 0, line);
    }
    return *external_code_;
}

}  // namespace pgoprof
