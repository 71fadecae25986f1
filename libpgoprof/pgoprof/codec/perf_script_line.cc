#include "pgoprof/codec/perf_script_line.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "pgoprof/base/checked.h"
#include "pgoprof/base/trim.h"

namespace pgoprof::perf {

namespace {

constexpr std::string_view kNoSample = "PERF_RECORD_";
constexpr std::string_view kHexDigits = "0123456789abcdefABCDEF";

/// Takes the next word off the front of `text`; empty at the end.
std::string_view take_word(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    const std::string_view word = text.substr(0, text.find_first_of(" \t"));
    text.remove_prefix(word.size());
    return word;
}

template <typename T>
std::optional<T> parse_number(std::string_view text, int base = 10) {
    T value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size()) return {};
    return value;
}

/// "7380/7383", or "7383".
bool parse_ids(std::string_view word, ScriptHead& head) {
    const auto slash = word.find('/');
    const auto pid = parse_number<std::uint32_t>(word.substr(0, slash));
    const auto tid = slash == word.npos ? pid : parse_number<std::uint32_t>(word.substr(slash + 1));
    if (!pid || !tid) return false;
    head.pid = *pid;
    head.tid = *tid;
    head.has_process = slash != word.npos;
    return true;
}

bool is_cpu(std::string_view word) {
    return word.size() > 2 && word.front() == '[' && word.back() == ']' &&
           parse_number<std::uint32_t>(word.substr(1, word.size() - 2));
}

/// -F +misc: U for user, K for kernel, H, G, g, and what else the record says.
bool is_misc(std::string_view word) {
    return word.size() <= 4 &&
           std::ranges::all_of(word, [](char c) { return std::string_view("UKHGgMESF").contains(c); });
}

/// "35181.385701:" or, with --ns, "35181.385701204:", in nanoseconds.
std::optional<std::uint64_t> parse_time(std::string_view word) {
    constexpr std::uint64_t kSecond = 1'000'000'000;
    constexpr std::size_t kDigits = 9;
    const auto dot = word.find('.');
    if (dot == word.npos || !word.ends_with(':')) return {};
    const std::string_view digits = word.substr(dot + 1, word.size() - dot - 2);
    const auto seconds = parse_number<std::uint64_t>(word.substr(0, dot));
    auto fraction = parse_number<std::uint64_t>(digits);
    if (!seconds || !fraction || digits.size() > kDigits) return {};
    for (std::size_t digit = digits.size(); digit < kDigits; ++digit) *fraction *= 10;
    auto nanos = multiply_checked(*seconds, kSecond);
    if (!nanos || !add_checked(*nanos, *fraction)) return {};
    return nanos;
}

/// The fields behind the name.
std::optional<ScriptHead> parse_fields(std::string_view text) {
    ScriptHead head;
    if (!parse_ids(take_word(text), head)) return {};
    std::string_view word = take_word(text);
    if (is_cpu(word)) word = take_word(text);
    if (is_misc(word)) word = take_word(text);
    if (const auto time = parse_time(word)) {
        head.time = *time;
        word = take_word(text);
    }
    if (word.starts_with(kNoSample)) {
        head.rest = {word.data(), word.size() + text.size()};
        return head;
    }
    head.period = parse_number<std::uint64_t>(word);
    if (head.period) word = take_word(text);
    if (word.size() < 2 || !word.ends_with(':') || parse_time(word)) return {};
    head.event = word.substr(0, word.size() - 1);
    head.rest = trim(text);
    return head;
}

/// Where " (FILE)" begins. Both the symbol ("f[go.shape.func(int) (int, error)]") and the file ("app (deleted)") may
/// have spaces and parentheses of their own; between them there is the offset or, without, what a file begins with.
std::size_t find_file(std::string_view text) {
    for (auto plus = text.rfind("+0x"); plus != text.npos; plus = text.substr(0, plus).rfind("+0x")) {
        const std::size_t digits = plus + 3;
        const std::size_t end = std::min(text.find_first_not_of(kHexDigits, digits), text.size());
        if (text.substr(end).starts_with(" (") && parse_number<std::uint64_t>(text.substr(digits, end - digits), 16))
            return end;
    }
    for (const std::string_view begin : {" (/", " ([", " ("})
        if (const auto at = text.rfind(begin); at != text.npos) return at;
    return text.npos;
}

std::string_view known(std::string_view name) { return name == "[unknown]" ? std::string_view() : name; }

}  // namespace

std::optional<ScriptHead> parse_script_head(std::string_view line) {
    if (line.starts_with(kNoSample)) return ScriptHead{.rest = line};
    const std::string_view whole = line;
    // The name may hold anything, so the fields begin at the first word from where on they are all there.
    while (!line.empty()) {
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
        if (!line.empty() && line.front() >= '0' && line.front() <= '9')
            if (auto head = parse_fields(line)) {
                head->name = trim(whole.substr(0, whole.size() - line.size()));
                return head;
            }
        take_word(line);
    }
    return {};
}

std::optional<NamedFrame> parse_script_frame(std::string_view line) {
    const auto address = parse_number<std::uint64_t>(take_word(line), 16);
    if (!address) return {};
    NamedFrame frame{.address = *address, .symbol = trim(line), .offset = {}, .file = {}};
    if (frame.symbol.ends_with(')')) {
        const std::string_view text = std::exchange(frame.symbol, {});
        const auto at = text.starts_with('(') ? 0 : find_file(text);
        if (at == text.npos) return {};
        frame.symbol = text.substr(0, at);
        frame.file = known(text.substr(text.find('(', at) + 1));
        frame.file.remove_suffix(1);
        frame.file = known(frame.file);
    }
    if (const auto plus = frame.symbol.rfind("+0x"); plus != frame.symbol.npos) {
        frame.offset = parse_number<std::uint64_t>(frame.symbol.substr(plus + 3), 16);
        if (frame.offset) frame.symbol = frame.symbol.substr(0, plus);
    }
    frame.symbol = known(frame.symbol);
    return frame;
}

bool is_inlined_line(std::string_view line) { return line.ends_with(" (inlined)"); }

bool is_kernel_frame(const NamedFrame& frame) {
    constexpr std::uint64_t kUpperHalf = 1ULL << 63;
    if (frame.address >= kUpperHalf) return true;
    // "[kernel.kallsyms]" and, with addresses of their own, modules: "[ext4]". The others are parts of processes.
    for (const std::string_view folder : {"/lib/modules/", "/usr/lib/modules/"})
        if (frame.file.starts_with(folder)) return true;
    if (!frame.file.starts_with('[')) return false;
    constexpr std::string_view kOfProcess[] = {"[vdso", "[vsyscall", "[vvar", "[heap", "[stack", "[anon", "[uprobes"};
    return std::ranges::none_of(kOfProcess, [&](std::string_view name) { return frame.file.starts_with(name); });
}

std::optional<std::uint64_t> parse_script_loss(std::string_view text) {
    constexpr std::string_view kLost = "PERF_RECORD_LOST lost ";
    return text.starts_with(kLost) ? parse_number<std::uint64_t>(trim(text.substr(kLost.size()))) : std::nullopt;
}

}  // namespace pgoprof::perf
