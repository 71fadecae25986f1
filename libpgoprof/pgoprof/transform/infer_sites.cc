#include "pgoprof/transform/infer_sites.h"

#include <algorithm>

namespace pgoprof {
namespace {

bool same_frames(const std::vector<CodeFrame>& a, const std::vector<CodeFrame>& b) {
    return std::ranges::equal(
        a, b, [](const CodeFrame& x, const CodeFrame& y) { return x.function == y.function && x.line == y.line; });
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
        binary_.frames_at(call.return_address - 1, frames_);
        Site site;
        for (const CodeFrame& frame : frames_) {
            site.frames.insert(site.frames.begin(), {intern(frame), frame.line});
            add(site.frames.front().function, callee, site);
        }
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
