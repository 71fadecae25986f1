#include "pgoprof/transform/infer_sites.h"

#include <algorithm>
#include <cstring>

namespace pgoprof {
namespace {

bool same_frames(const std::vector<CodeFrame>& a, const std::vector<CodeFrame>& b) {
    return std::ranges::equal(
        a, b, [](const CodeFrame& x, const CodeFrame& y) { return x.function == y.function && x.line == y.line; });
}

/// call reg, which is all that Go's compiler emits: ff d0 ... ff d7, behind a 41 for the upper registers.
bool is_x86_indirect_call(ByteView code) {
    return code[0] == std::byte{0xff} && (code[1] & std::byte{0xf8}) == std::byte{0xd0};
}

/// blr reg.
bool is_arm_indirect_call(ByteView code) {
    std::uint32_t instruction = 0;
    std::memcpy(&instruction, code.data(), sizeof(instruction));
    return (instruction & 0xfffffc1f) == 0xd63f0000;
}

}  // namespace

StringId CodeSites::add_name(std::string_view name) {
    const StringId id = names_.intern(name);
    if (id.value < places_.size()) return id;
    places_.emplace_back();
    wanted_ = names_.size();
    if (const auto function = binary_.function_named(name)) {
        places_.back() = {function->file, function->start_line, true};
    }
    return id;
}

StringId CodeSites::intern(const CodeFrame& frame) {
    const StringId id = names_.intern(frame.function);
    if (id.value >= places_.size()) places_.emplace_back();
    if (!places_[id.value].known) places_[id.value] = {frame.file, frame.start_line, true};
    return id;
}

void CodeSites::scan(StringId function) {
    const auto code = binary_.function_named(names_[function]);
    if (!code) return;
    scan_inlining(*code);
    scan_calls(*code);
    scan_indirect_calls(*code);
}

/// Where one function is inlined into another. Inlined code may be a single instruction anywhere.
void CodeSites::scan_inlining(const CodeFunction& function) {
    const std::uint64_t step = binary_.machine() == Machine::arm64 ? 4 : 1;
    std::vector<CodeFrame> last;
    for (std::uint64_t pc = function.entry; pc < function.end; pc += step) {
        binary_.frames_at(pc, frames_);
        if (frames_.size() < 2 || same_frames(frames_, last)) continue;
        for (std::size_t i = 0; i + 1 < frames_.size(); ++i) {
            const StringId callee = intern(frames_[i]);
            const StringId caller = intern(frames_[i + 1]);
            add(caller, callee, {.frames = {{caller, frames_[i + 1].line}}, .inlined = true});
        }
        last.swap(frames_);
    }
}

void CodeSites::scan_calls(const CodeFunction& function) {
    direct_calls(binary_, function, calls_);
    for (const CallInstruction& call : calls_) {
        const auto target = binary_.function_at(call.target);
        if (!target) continue;
        const StringId callee = names_.intern(target->name);
        if (callee.value >= places_.size()) places_.push_back({target->file, target->start_line, true});
        add_call(call.return_address, callee);
    }
}

void CodeSites::scan_indirect_calls(const CodeFunction& function) {
    const ByteView code = binary_.code(function.entry, function.end - function.entry);
    const bool is_arm = binary_.machine() == Machine::arm64;
    const std::size_t size = is_arm ? 4 : 2;
    for (std::size_t at = 0; at + size <= code.size(); at += is_arm ? size : 1) {
        const std::uint64_t return_address = function.entry + at + size;
        const auto within = [&](const CallInstruction& call) {
            return call.address < return_address && return_address <= call.return_address;
        };
        const bool found = is_arm ? is_arm_indirect_call(code.subspan(at)) : is_x86_indirect_call(code.subspan(at));
        if (found && std::ranges::none_of(calls_, within)) add_call(return_address, StringId{});
    }
}

void CodeSites::add_call(std::uint64_t return_address, StringId callee) {
    binary_.frames_at(return_address - 1, frames_);
    Site site;
    for (const CodeFrame& frame : frames_) {
        site.frames.insert(site.frames.begin(), {intern(frame), frame.line});
        add(site.frames.front().function, callee, site);
    }
}

void CodeSites::add(StringId caller, StringId callee, Site site) {
    if (caller.value >= wanted_ || callee.value >= wanted_) return;
    auto& sites = sites_[key(caller, callee)];
    // What shows all frames displaces what leaves some out.
    if (!sites.empty() && site.frames.size() > sites.front().frames.size()) return;
    if (!sites.empty() && site.frames.size() < sites.front().frames.size()) sites.clear();
    if (std::ranges::find(sites, site) == sites.end()) sites.push_back(std::move(site));
}

std::span<const Site> CodeSites::sites(StringId caller, StringId callee) const {
    const auto found = sites_.find(key(caller, callee));
    if (found == sites_.end()) return {};
    return found->second;
}

}  // namespace pgoprof
