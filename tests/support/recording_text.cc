#include "support/recording_text.h"

#include <fmt/format.h>

#include <cstdlib>

namespace pgoprof::testing {

namespace {

std::string chain_text(const RecordedSample& sample) {
    std::string text;
    for (const auto address : sample.chain) text += fmt::format("{}{:x}", text.empty() ? "" : " ", address);
    for (const auto& frame : sample.named) {
        text += fmt::format("{}{:x} {}", text.empty() ? "" : ", ", frame.address, frame.symbol);
        if (frame.offset) text += fmt::format("+{:x}", *frame.offset);
        text += fmt::format(" {}", frame.file);
    }
    return text;
}

struct ToText {
    std::string operator()(const RecordedMapping& mapping) const {
        return fmt::format("map {} {:x}+{:x}@{:x} {}{}{}{}", static_cast<std::int32_t>(mapping.pid), mapping.start,
                           mapping.size, mapping.file_offset, mapping.filename, mapping.build_id.empty() ? "" : " ",
                           mapping.build_id, mapping.is_kernel ? " kernel" : "");
    }
    std::string operator()(const RecordedName& name) const {
        return fmt::format("name {}/{} {}{}", name.pid, name.tid, name.name, name.by_exec ? " exec" : "");
    }
    std::string operator()(const RecordedFork& fork) const {
        return fmt::format("fork {} of {}", fork.pid, fork.parent);
    }
    std::string operator()(const RecordedLoss& loss) const { return fmt::format("lost {}", loss.samples); }
    std::string operator()(const RecordedSample& sample) const {
        std::string text = fmt::format("sample {}/{} @{} x{} e{} ip {:x} [{}]", sample.pid, sample.tid, sample.time,
                                       sample.period, sample.event, sample.ip, chain_text(sample));
        if (sample.in_kernel) text += " kernel";
        if (sample.registers)
            text += fmt::format(" regs {:x} {:x} stack {}", sample.registers->ip, sample.registers->sp,
                                std::string(as_text(sample.stack)));
        return text;
    }
};

/// Reads every byte that an item refers to.
struct Touch {
    std::size_t sum = 0;

    void text(std::string_view text) {
        for (const char c : text) sum += static_cast<unsigned char>(c);
    }
    void operator()(const RecordedMapping& mapping) {
        text(mapping.filename);
        text(mapping.build_id);
    }
    void operator()(const RecordedName& name) { text(name.name); }
    void operator()(const RecordedFork& fork) { sum += fork.pid; }
    void operator()(const RecordedLoss& loss) { sum += loss.samples; }
    void operator()(const RecordedSample& sample) {
        for (const auto address : sample.chain) sum += address;
        text(as_text(sample.stack));
        for (const auto& frame : sample.named) {
            text(frame.symbol);
            text(frame.file);
        }
    }
};

}  // namespace

ReadRecording read_recording(RecordingReader reader, const std::string& content, const Limits& limits) {
    ReadRecording read;
    read.result = reader(as_bytes(content), limits, read.info, [&](const RecordingItem& item) -> Result<> {
        read.items.push_back(std::visit(ToText{}, item));
        return {};
    });
    return read;
}

bool touch_recording(RecordingReader reader, ByteView content, const Limits& limits) {
    RecordingInfo info;
    Touch touch;
    const auto result = reader(content, limits, info, [&](const RecordingItem& item) -> Result<> {
        std::visit(touch, item);
        if (const auto* sample = std::get_if<RecordedSample>(&item))
            if (sample->event >= info.events.size()) std::abort();
        return {};
    });
    if (!result && result.error().message.empty()) std::abort();
    [[maybe_unused]] static volatile std::size_t sum;
    sum = touch.sum;
    return result.has_value();
}

}  // namespace pgoprof::testing
