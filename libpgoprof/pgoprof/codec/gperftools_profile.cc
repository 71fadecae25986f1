#include "pgoprof/codec/gperftools_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <optional>
#include <vector>

#include "pgoprof/base/checked.h"
#include "pgoprof/model/invariants.h"

namespace pgoprof {
namespace {

constexpr std::uint32_t kPid = 1;  // the file does not say
constexpr std::size_t kHeaderWords = 5;
constexpr std::uint64_t kNanosPerMicro = 1000;

/// The words of the file: of 4 or 8 bytes, in either order.
class Words {
public:
    Words(ByteView data, std::size_t size, bool swapped)
        : data_(data), size_(size), swapped_(swapped), count_(data.size() / size) {}

    std::size_t count() const { return count_; }
    std::size_t offset_of(std::size_t index) const { return index * size_; }

    std::uint64_t operator[](std::size_t index) const {
        return size_ == sizeof(std::uint64_t) ? load<std::uint64_t>(index) : load<std::uint32_t>(index);
    }

private:
    template <typename Word>
    Word load(std::size_t index) const {
        Word word;
        std::memcpy(&word, data_.data() + offset_of(index), sizeof(Word));
        return swapped_ ? std::byteswap(word) : word;
    }

    ByteView data_;
    std::size_t size_;
    bool swapped_;
    std::size_t count_;
};

std::optional<Words> find_words(ByteView data) {
    for (const std::size_t size : {sizeof(std::uint64_t), sizeof(std::uint32_t)}) {
        for (const bool swapped : {false, true}) {
            const Words words(data, size, swapped);
            if (words.count() < kHeaderWords) continue;
            const bool matches = words[0] == 0 && words[1] == 3 && words[2] == 0 && words[3] != 0 && words[4] == 0;
            if (matches) return words;
        }
    }
    return std::nullopt;
}

struct Record {
    std::uint64_t count = 0;
    std::size_t frames = 0;  ///< position of the first
    std::size_t depth = 0;
};

/// A frame, next to the leaf, that nearly all stacks have: the signal handler's, which the sampler pushed itself.
/// google/pprof drops up to two of these, too (profile/legacy_profile.go).
class CommonFrame {
public:
    void see(std::uint64_t address) {
        if (votes_ == 0) candidate_ = address;
        votes_ += candidate_ == address ? 1 : -1;
    }
    void count(std::uint64_t address) { seen_ += address == candidate_ ? 1 : 0; }
    bool is_common(std::uint64_t samples) const { return samples > 1 && seen_ >= samples - samples / 32; }
    std::uint64_t address() const { return candidate_; }

private:
    std::uint64_t candidate_ = 0;
    std::int64_t votes_ = 0;
    std::uint64_t seen_ = 0;
};

class GperftoolsReader {
public:
    GperftoolsReader(ByteView data, Words words, const Limits& limits, const VisitRecording& visit)
        : data_(data), words_(words), limits_(limits), visit_(visit) {}

    Result<> run(RecordingInfo& info) {
        const auto micros = static_cast<std::uint64_t>(words_[3]);
        const auto period = multiply_checked(micros, kNanosPerMicro);
        if (!period) return malformed(3, "a period of more than 64 bits");
        period_ = *period;
        std::size_t records_end = 0;
        if (auto checked = check_records(records_end); !checked) return checked;
        const std::string_view maps = as_text(data_.subspan(words_.offset_of(records_end)));
        info.events = {{.name = "cpu", .counts_nanoseconds = true, .stacks = StackKind::complete}};
        info.has_mappings = maps.find('-') != maps.npos;
        if (auto read = read_maps(maps); !read) return read;
        find_handler();
        return each_record([&](const Record& record) { return visit_sample(record); });
    }

private:
    /// Calls `visit` for each record up to the last, which says 0, 1, 0.
    template <typename Visit>
    Result<> each_record(const Visit& visit, std::size_t* end = nullptr) {
        for (std::size_t at = kHeaderWords;;) {
            if (words_.count() - at < 3) return malformed(at, "the samples break off");
            const Record record{words_[at], at + 2, static_cast<std::size_t>(words_[at + 1])};
            if (record.count == 0 && record.depth == 1 && words_[at + 2] == 0) {
                if (end != nullptr) *end = at + 3;
                return {};
            }
            if (record.depth == 0) return malformed(at + 1, "a sample without a stack");
            if (record.depth > words_.count() - record.frames) return malformed(at + 1, "the samples break off");
            if (auto visited = visit(record); !visited) return visited;
            at = record.frames + record.depth;
        }
    }

    Result<> check_records(std::size_t& end) {
        const auto check = [&](const Record& record) -> Result<> {
            ++samples_;
            if (record.depth <= limits_.stack_depth) return {};
            return fail(to_error({Invariant::size_limit,
                                  {words_.offset_of(record.frames), OffsetSpace::stored},
                                  fmt::format("a stack of {} frames", record.depth)}));
        };
        return each_record(check, &end);
    }

    void find_handler() {
        for (std::size_t i = 0; i < handler_.size(); ++i) {
            const auto each_second = [&](auto use) {
                (void)each_record([&](const Record& record) -> Result<> {
                    const std::size_t second = 1 + dropped(record);
                    if (record.depth > second) use(words_[record.frames + second]);
                    return {};
                });
            };
            CommonFrame common;
            each_second([&](std::uint64_t address) { common.see(address); });
            each_second([&](std::uint64_t address) { common.count(address); });
            if (!common.is_common(samples_)) return;
            handler_[i] = common.address();
        }
    }

    /// How many of the frames next to the leaf are the signal handler's.
    std::size_t dropped(const Record& record) const {
        std::size_t count = 0;
        for (const auto& frame : handler_) {
            if (!frame || record.depth <= count + 1 || words_[record.frames + count + 1] != *frame) continue;
            ++count;
        }
        return count;
    }

    Result<> visit_sample(const Record& record) {
        chain_.clear();
        chain_.push_back(words_[record.frames]);
        for (std::size_t i = 1 + dropped(record); i < record.depth; ++i) chain_.push_back(words_[record.frames + i]);
        // The leaf comes from the signal's context, and may come from the stack again.
        if (chain_.size() > 1 && chain_[0] == chain_[1]) chain_.erase(chain_.begin());
        return visit_(RecordedSample{.pid = kPid,
                                     .tid = kPid,
                                     .period = period_,
                                     .count = record.count,
                                     .ip = chain_.front(),
                                     .chain = AddressChain(chain_)});
    }

    /// "00402000-004a7000 r-xp 00002000 00:00 1039    /usr/bin/server" a line. Others are left out, as pprof does.
    Result<> read_maps(std::string_view text) {
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            if (const auto mapping = parse_mapping(text.substr(0, end))) {
                if (auto visited = visit_(*mapping); !visited) return visited;
            }
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        return {};
    }

    static std::optional<RecordedMapping> parse_mapping(std::string_view line) {
        const auto start = take_hex(line, '-');
        const auto limit = take_hex(line, ' ');
        if (!start || !limit || *limit <= *start) return std::nullopt;
        const std::string_view permissions = take_word(line);
        const auto offset = take_hex(line, ' ');
        if (!offset || permissions.find('x') == permissions.npos) return std::nullopt;
        take_word(line);  // device
        take_word(line);  // inode
        const std::size_t name = std::min(line.find_first_not_of(' '), line.size());
        return RecordedMapping{.pid = kPid,
                               .start = *start,
                               .size = *limit - *start,
                               .file_offset = *offset,
                               .filename = line.substr(name)};
    }

    static std::optional<std::uint64_t> take_hex(std::string_view& line, char behind) {
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value, 16);
        if (error != std::errc() || end == line.data() + line.size() || *end != behind) return std::nullopt;
        line.remove_prefix(static_cast<std::size_t>(end - line.data()) + 1);
        return value;
    }

    static std::string_view take_word(std::string_view& line) {
        line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
        const auto word = line.substr(0, line.find(' '));
        line.remove_prefix(std::min(word.size() + 1, line.size()));
        return word;
    }

    std::unexpected<Error> malformed(std::size_t word, std::string what) const {
        return fail({.message = "damaged CPU profile of gperftools: " + std::move(what),
                     .offset = Offset{words_.offset_of(word), OffsetSpace::stored}});
    }

    ByteView data_;
    Words words_;
    const Limits& limits_;
    const VisitRecording& visit_;
    std::uint64_t period_ = 0;
    std::uint64_t samples_ = 0;
    std::array<std::optional<std::uint64_t>, 2> handler_;
    std::vector<std::uint64_t> chain_;
};

}  // namespace

Result<> read_gperftools(ByteView data, const Limits& limits, RecordingInfo& info, const VisitRecording& visit) {
    const auto words = find_words(data);
    if (!words) return fail({.message = "this is no CPU profile of gperftools", .offset = Offset{}});
    return GperftoolsReader(data, *words, limits, visit).run(info);
}

}  // namespace pgoprof
