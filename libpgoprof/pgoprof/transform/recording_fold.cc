#include "pgoprof/transform/recording_fold.h"

#include <algorithm>
#include <utility>

#include "pgoprof/base/checked.h"

namespace pgoprof {

namespace {

bool is_kernel_address(std::uint64_t address) { return address >> 63 != 0; }

/// What Go's linker adds to a symbol, but not to the name in pclntab.
std::string_view without_abi(std::string_view symbol) {
    for (const std::string_view suffix : {".abi0", ".abiinternal"}) {
        if (symbol.ends_with(suffix)) symbol.remove_suffix(suffix.size());
    }
    return symbol;
}

}  // namespace

Result<> RecordingFold::visit(const RecordingItem& item) {
    if (const auto* sample = std::get_if<RecordedSample>(&item)) return fold(*sample);
    linked_range_ = {};  // processes change
    ++changes_;
    const auto* const loss = std::get_if<RecordedLoss>(&item);
    if (loss != nullptr && !add_checked(folded_.report.lost, loss->samples))
        return fail({.code = ErrorCode::overflow, .message = "a sum of lost samples overflows 64 bits"});
    return processes_.apply(item);
}

Result<> RecordingFold::fold(const RecordedSample& sample) {
    if (sample.time != 0) folded_.times.add(sample.time);
    const RecordedProcess* const process = processes_.find(sample.pid);
    if (!takes_process(choice_, sample, process) || !is_of_binary(sample, process)) {
        folded_.report.elsewhere += sample.count;
        return {};
    }
    if (sample.event >= events_.size() || !events_[sample.event]) return {};

    folded_.report.samples += sample.count;
    folded_.periods.add(sample.period);
    const std::optional<std::uint64_t> periods = multiply_checked(sample.count, sample.period);
    if (!periods)
        return fail({.code = ErrorCode::overflow, .message = "a sum of periods overflows 64 bits", .rule = "PGO126"});
    return add(sample, process, {.samples = sample.count, .periods = *periods});
}

bool RecordingFold::is_binary(std::string_view filename) const {
    return std::ranges::any_of(files_, [&](const RecordedFile& file) { return file.name == filename; });
}

bool RecordingFold::is_of_binary(const RecordedSample& sample, const RecordedProcess* process) const {
    return (process != nullptr && process->has_sought) ||
           std::ranges::any_of(sample.named, [&](const NamedFrame& frame) { return is_binary(frame.file); });
}

Result<> RecordingFold::add(const RecordedSample& sample, const RecordedProcess* process,
                            const PlaceStacks::Totals& totals) {
    const bool has_stack = info_.events[sample.event].stacks == StackKind::user_stack;
    if (sample.named.empty() && process != nullptr && !has_stack) return add_chain(sample, *process, totals);
    stack_.clear();
    CallersFrom callers = CallersFrom::complete;
    if (!sample.named.empty())
        callers = collect_named(sample);
    else if (process != nullptr)
        callers = unwind(sample, *process);
    return queue_.add(stack_, PlaceStacks::hash_of(stack_), callers, totals);
}

CallersFrom RecordingFold::callers_of(const RecordedSample& sample, bool leaf_is_first) const {
    const bool by_frame_pointers = info_.events[sample.event].stacks == StackKind::frame_pointers;
    return by_frame_pointers && leaf_is_first ? CallersFrom::frame_pointers : CallersFrom::complete;
}

Result<> RecordingFold::add_chain(const RecordedSample& sample, const RecordedProcess& process,
                                  const PlaceStacks::Totals& totals) {
    addresses_.clear();
    for (const std::uint64_t address : sample.chain) addresses_.push_back(address);
    if (addresses_.empty() && !sample.in_kernel) addresses_.push_back(sample.ip);
    auto& [chain_process, change, chain] = chains_[sample.tid % kChains];
    if (std::exchange(chain_process, &process) != &process || std::exchange(change, changes_) != changes_)
        chain.clear();
    chain.replace(addresses_, [&](std::uint64_t address) { return place(process, address); });
    return queue_.add(chain.places(), chain.hash(), callers_of(sample, chain.has_leaf()), totals);
}

CallersFrom RecordingFold::collect_named(const RecordedSample& sample) {
    bool is_leaf = true;
    bool leaf_is_first = false;
    for (const NamedFrame& frame : sample.named) {
        if (is_kernel_address(frame.address)) continue;
        const bool is_caller = !std::exchange(is_leaf, false);
        const std::optional<std::uint64_t> address = is_binary(frame.file) ? linked(frame) : std::nullopt;
        if (!address) continue;
        leaf_is_first = leaf_is_first || !is_caller;
        stack_.push_back(folded_.places.intern(*address - (is_caller ? 1 : 0)));
    }
    return callers_of(sample, leaf_is_first);
}

CallersFrom RecordingFold::unwind(const RecordedSample& sample, const RecordedProcess& process) {
    if (!sample.registers) return CallersFrom::complete;
    const UnwindEnd end = unwinder_.unwind(
        *sample.registers, sample.stack, [&](std::uint64_t address) { return linked(process, address); }, stack_);
    if (stack_.empty()) return CallersFrom::complete;
    folded_.report.unwound += sample.count;
    if (end == UnwindEnd::left_go && stack_.size() == 1) folded_.astray += sample.count;
    return end == UnwindEnd::copy_too_short && stack_.size() == 1 ? CallersFrom::nowhere : CallersFrom::complete;
}

/// Mostly in the same mapping as the one before: without an optional, which would go through memory for each frame.
PlaceId RecordingFold::place(const RecordedProcess& process, std::uint64_t address) {
    if (is_in_linked_range(process, address)) return folded_.places.intern(linked_in_range(address));
    const std::optional<std::uint64_t> found = find_linked(process, address);
    return found ? folded_.places.intern(*found) : kNone<PlaceId>;
}

std::optional<std::uint64_t> RecordingFold::linked(const RecordedProcess& process, std::uint64_t address) {
    return is_in_linked_range(process, address) ? linked_in_range(address) : find_linked(process, address);
}

std::optional<std::uint64_t> RecordingFold::find_linked(const RecordedProcess& process, std::uint64_t address) {
    const MappedRange* const range = process.find(address);
    if (range == nullptr || !processes_.is_sought(range->file)) return std::nullopt;
    const std::optional<std::uint64_t> linked = binary_.address_at_offset(address - range->start + range->offset);
    if (linked)
        linked_range_ = {.process = &process,
                         .start = range->start,
                         .size = range->end - range->start,
                         .linked_start = *linked - (address - range->start)};
    return linked;
}

// perf script prints the offset in the file, or the address, where it does not know the mapping, and a symbol if there
// is one. Several functions may have one name: one for each way of calling assembly.
std::optional<std::uint64_t> RecordingFold::linked(const NamedFrame& frame) {
    std::optional<std::uint64_t> address = binary_.address_at_offset(frame.address);
    if (!address || !binary_.entry_at(*address)) address = frame.address;
    const std::optional<std::uint64_t> entry = binary_.entry_at(*address);
    const std::string_view symbol = without_abi(frame.symbol);
    const bool has_symbol = !symbol.empty() && frame.offset;
    if (entry && (!has_symbol || *address - *entry == *frame.offset)) return address;
    if (!has_symbol) return std::nullopt;
    const std::optional<std::uint64_t> named = entry_of(symbol);
    return named ? std::optional(*named + *frame.offset) : std::nullopt;
}

std::optional<std::uint64_t> RecordingFold::entry_of(std::string_view symbol) {
    if (const auto known = entries_.find(symbol); known != entries_.end()) return known->second;
    std::optional<std::uint64_t> entry;
    if (const std::optional<CodeFunction> function = binary_.function_named(symbol)) entry = function->entry;
    entries_.emplace(symbol, entry);
    return entry;
}

}  // namespace pgoprof
