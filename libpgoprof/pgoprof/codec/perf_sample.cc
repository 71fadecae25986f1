#include "pgoprof/codec/perf_sample.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace pgoprof::perf {

namespace {

/// PERF_SAMPLE_READ: values of counters, which are not used.
void skip_read(Cursor& fields, std::uint64_t format) {
    constexpr std::uint64_t kTimes = 1 | 2;        // enabled, running
    constexpr std::uint64_t kPerCounter = 4 | 16;  // id, lost
    constexpr std::uint64_t kGroup = 8;
    const std::uint64_t counters = (format & kGroup) != 0 ? fields.take<std::uint64_t>() : 1;
    fields.take_words(static_cast<std::uint64_t>(std::popcount(format & kTimes)));
    const auto words = 1 + static_cast<std::uint64_t>(std::popcount(format & kPerCounter));
    for (std::uint64_t word = 0; word < words; ++word) fields.take_words(counters);
}

void skip_branches(Cursor& fields, std::uint64_t branch_sample_type) {
    constexpr std::uint64_t kHardwareIndex = 1 << 17;
    constexpr std::uint64_t kCounters = 1 << 19;
    constexpr int kWordsPerBranch = 3;
    const auto branches = fields.take<std::uint64_t>();
    if ((branch_sample_type & kHardwareIndex) != 0) fields.skip(8);
    for (int word = 0; word < kWordsPerBranch; ++word) fields.take_words(branches);
    if ((branch_sample_type & kCounters) != 0) fields.take_words(branches);
}

/// The place of register `number` among those recorded, each a word in the order of their numbers.
ByteView register_of(ByteView registers, std::uint64_t mask, int number) {
    if ((mask >> number & 1) == 0) return {};
    const auto before = static_cast<std::size_t>(std::popcount(mask & ((1ULL << number) - 1)));
    return registers.subspan(before * 8, 8);
}

}  // namespace

std::optional<RecordedSample> SampleReader::read(const Record& record, std::uint32_t event, const EventAttr& attr) {
    const std::uint16_t mode = record.misc & kModeMask;
    RecordedSample sample;
    sample.event = event;
    sample.in_kernel = mode != kModeUser;
    sample.period = attr.is_frequency() || attr.sample_period == 0 ? 1 : attr.sample_period;

    Cursor fields(record.body);
    if (attr.has(kIdentifier)) fields.skip(8);
    if (attr.has(kIp)) sample.ip = fields.take<std::uint64_t>();
    if (attr.has(kTid)) {
        sample.pid = fields.take<std::uint32_t>();
        sample.tid = fields.take<std::uint32_t>();
    }
    if (attr.has(kTime)) sample.time = fields.take<std::uint64_t>();
    for (const auto unused : {kAddr, kId, kStreamId, kCpu})
        if (attr.has(unused)) fields.skip(8);
    if (attr.has(kPeriod)) sample.period = fields.take<std::uint64_t>();
    if (attr.has(kRead)) skip_read(fields, attr.read_format);
    ByteView chain;
    if (attr.has(kCallchain)) chain = fields.take_words(fields.take<std::uint64_t>());
    if (attr.has(kRaw)) fields.skip(fields.take<std::uint32_t>());
    if (attr.has(kBranchStack)) skip_branches(fields, attr.branch_sample_type);
    take_user_stack(fields, attr, sample);
    if (!fields.ok() || chain.size() / sizeof(std::uint64_t) > most_words_) return {};
    sample.chain = {chain,
                    mode == kModeUser ? AddressChain::Beginning::in_process : AddressChain::Beginning::elsewhere};
    return sample;
}

void SampleReader::take_user_stack(Cursor& fields, const EventAttr& attr, RecordedSample& sample) const {
    constexpr std::uint64_t kAbi64 = 2;
    constexpr int kSp = 7;
    constexpr int kIp = 8;
    std::uint64_t abi = 0;
    ByteView registers;
    if (attr.has(kRegsUser)) {
        abi = fields.take<std::uint64_t>();
        if (abi != 0) registers = fields.take_words(static_cast<std::uint64_t>(std::popcount(attr.user_registers)));
    }
    if (!attr.has(kStackUser)) return;
    const auto size = fields.take<std::uint64_t>();
    if (size == 0) return;
    const ByteView stack = fields.take_bytes(size);
    const auto used = fields.take<std::uint64_t>();
    if (!fields.ok() || abi != kAbi64 || machine_ != Machine::x86_64) return;
    const ByteView ip = register_of(registers, attr.user_registers, kIp);
    const ByteView sp = register_of(registers, attr.user_registers, kSp);
    if (ip.empty() || sp.empty()) return;
    sample.registers = {Cursor(ip).take<std::uint64_t>(), Cursor(sp).take<std::uint64_t>()};
    sample.stack = stack.first(std::min<std::uint64_t>(used, stack.size()));
}

}  // namespace pgoprof::perf
