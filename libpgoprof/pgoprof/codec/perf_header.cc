#include "pgoprof/codec/perf_header.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace pgoprof::perf {

namespace {

constexpr std::string_view kMagic = "PERFILE2";
constexpr std::string_view kSwappedMagic = "2ELIFREP";
constexpr std::uint64_t kPipeHeaderBytes = 16;
constexpr std::uint64_t kSectionBytes = 16;
constexpr std::uint64_t kFeaturesAt = 72;
constexpr std::uint64_t kFileHeaderBytes = kFeaturesAt + 32;
constexpr std::uint64_t kLeastAttrBytes = 64;

enum Feature : std::uint64_t {
    kBuildIds = 2,
    kHostname = 3,
    kArchitecture = 6,
    kCommandLine = 11,
    kEventDescriptions = 12,
    kClockData = 29,
};

struct Section {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};

Section take_section(Cursor& fields) {
    const auto offset = fields.take<std::uint64_t>();
    return {offset, fields.take<std::uint64_t>()};
}

/// A length, which may count padding, and as many bytes.
std::string_view take_string(Cursor& fields) {
    const auto size = fields.take<std::uint32_t>();
    const std::string_view text = as_text(fields.take_bytes(size));
    return text.substr(0, text.find('\0'));
}

/// Every event must be recorded in this library's own memory, too: its name, and a place in the table.
constexpr std::uint64_t kEventCost = 2 * (sizeof(EventAttr) + sizeof(RecordedEvent));

/// Said of an event by one of its ids, before all events need be known.
struct EventName {
    std::uint64_t id = 0;
    std::string_view name;
};

/// An attribute says its own size at byte 4; empty if that cannot be.
ByteView take_sized_attr(Cursor& fields) {
    Cursor peek(fields.left());
    peek.skip(4);
    const auto size = peek.take<std::uint32_t>();
    return size < kLeastAttrBytes ? ByteView{} : fields.take_bytes(size);
}

class HeaderReader {
public:
    HeaderReader(ByteView data, const Limits& limits, Budget& budget, RecordingInfo& info)
        : data_(data), limits_(limits), budget_(budget), info_(info) {}

    Result<Header> read();

private:
    Result<> read_file(Cursor& fields);
    Result<> read_file_attrs(Section attrs, std::uint64_t entry_bytes);
    Result<> read_features(std::uint64_t table_offset, ByteView bits);
    Result<> read_pipe();
    Result<> read_piped(const Record& record);
    Result<> add_event(ByteView attr, ByteView ids);

    bool take_feature(std::uint64_t feature, ByteView content);
    bool take_build_ids(ByteView content);
    bool take_event_descriptions(Cursor& fields);
    void take_command_line(Cursor& fields);
    void name_events();
    void assign(std::string& text, std::string_view value) const { text = value.substr(0, limits_.string_bytes); }

    Result<ByteView> section(Section section, std::string_view what) const;
    std::uint64_t offset_of(const std::byte* at) const { return static_cast<std::uint64_t>(at - data_.data()); }

    ByteView data_;
    const Limits& limits_;
    Budget& budget_;
    RecordingInfo& info_;
    Header header_;
    std::vector<EventName> names_;
};

Result<Header> HeaderReader::read() {
    const std::string_view magic = as_text(data_.first(std::min(data_.size(), kMagic.size())));
    if (magic == kSwappedMagic)
        return fail(Error{.message = "this perf.data is of a machine of the other byte order, which is not read",
                          .remedy = "convert it on that machine: perf script"});
    if (magic != kMagic) return fail_at(0, "not a perf.data file");
    Cursor fields(data_.subspan(kMagic.size()));
    const auto size = fields.take<std::uint64_t>();
    if (!fields.ok()) return fail_truncated(data_.size(), "truncated perf.data header");
    const Result<> read = size == kPipeHeaderBytes ? read_pipe() : read_file(fields);
    if (!read) return fail(read.error());
    if (header_.events.empty()) return fail(ErrorCode::invalid_content, "this perf.data describes no event");
    header_.events.sort_ids();
    header_.build_ids.sort();
    name_events();
    return std::move(header_);
}

Result<> HeaderReader::read_file(Cursor& fields) {
    const auto attr_bytes = fields.take<std::uint64_t>();
    const Section attrs = take_section(fields);
    const Section records = take_section(fields);
    if (data_.size() < kFileHeaderBytes) return fail_truncated(data_.size(), "truncated perf.data header");
    if (auto done = read_file_attrs(attrs, attr_bytes); !done) return done;
    if (records.size == 0) {
        // perf was killed before it could complete the header: no features, and records up to the end.
        if (records.offset > data_.size()) return fail_at(kMagic.size(), "records outside of the file");
        header_.records = data_.subspan(records.offset);
        return {};
    }
    auto content = section(records, "records");
    if (!content) return fail(content.error());
    header_.records = *content;
    return read_features(records.offset + records.size, data_.subspan(kFeaturesAt, 32));
}

Result<> HeaderReader::read_file_attrs(Section attrs, std::uint64_t entry_bytes) {
    if (entry_bytes < kLeastAttrBytes + kSectionBytes)
        return fail_at(kMagic.size() + 8, fmt::format("attributes of {} bytes", entry_bytes));
    const auto content = section(attrs, "attributes");
    if (!content) return fail(content.error());
    for (Cursor entries(*content); entries.left().size() >= entry_bytes;) {
        const ByteView attr = entries.take_bytes(entry_bytes - kSectionBytes);
        Cursor place(entries.take_bytes(kSectionBytes));
        const auto ids = section(take_section(place), "event ids");
        if (!ids) return fail(ids.error());
        if (auto done = add_event(attr, *ids); !done) return done;
    }
    return {};
}

Result<> HeaderReader::add_event(ByteView attr, ByteView ids) {
    const auto event = static_cast<std::uint32_t>(header_.events.attrs().size());
    bool fits = budget_.charge(kEventCost);
    for (Cursor words(ids); fits && words.left().size() >= 8;)
        fits = header_.events.add_id(words.take<std::uint64_t>(), event, budget_);
    if (!fits)
        return fail_at(offset_of(attr.data()), "the events take more memory than allowed", ErrorCode::limit_exceeded);
    header_.events.add(take_attr(attr));
    info_.events.push_back(header_.events.attrs().back().describe());
    return {};
}

Result<> HeaderReader::read_features(std::uint64_t table_offset, ByteView bits) {
    Cursor table(data_.subspan(table_offset));
    for (std::uint64_t feature = 0; feature < bits.size() * 8; ++feature) {
        if ((std::to_integer<unsigned>(bits[feature / 8]) >> feature % 8 & 1) == 0) continue;
        const Section place = take_section(table);
        if (!table.ok()) return fail_truncated(data_.size(), "truncated table of features");
        const auto content = section(place, "a feature");
        if (!content) return fail(content.error());
        if (!take_feature(feature, *content))
            return fail_at(place.offset, fmt::format("malformed header feature {}", feature));
    }
    return {};
}

/// A pipe has its events and features as records, among the others: nothing is known of a record before the others are.
Result<> HeaderReader::read_pipe() {
    header_.records = data_.subspan(kPipeHeaderBytes);
    ByteView left = header_.records;
    while (!left.empty()) {
        Record record;
        const std::uint64_t offset = offset_of(left.data());
        if (!take_record(left, record) || !skip_payload(record, left))
            return fail_truncated(offset, "truncated record");
        if (auto done = read_piped(record); !done) return done;
    }
    return {};
}

Result<> HeaderReader::read_piped(const Record& record) {
    Cursor fields(record.body);
    bool is_sound = true;
    if (record.type == kHeaderAttr) {
        const ByteView attr = take_sized_attr(fields);
        if (!attr.empty()) return add_event(attr, fields.left());
        is_sound = false;
    } else if (record.type == kEventUpdate) {
        constexpr std::uint64_t kName = 2;
        const auto what = fields.take<std::uint64_t>();
        const auto id = fields.take<std::uint64_t>();
        is_sound = fields.ok() && (what != kName || budget_.append(names_, EventName{id, fields.take_name()}));
    } else if (record.type == kHeaderFeature) {
        const auto feature = fields.take<std::uint64_t>();
        is_sound = fields.ok() && take_feature(feature, fields.left());
    } else if (record.type == kHeaderBuildId) {
        is_sound = header_.build_ids.add(record);
    }
    if (!is_sound) return fail_at(offset_of(record.begin()), fmt::format("malformed record of type {}", record.type));
    return {};
}

bool HeaderReader::take_feature(std::uint64_t feature, ByteView content) {
    Cursor fields(content);
    switch (feature) {
        case kBuildIds:
            return take_build_ids(content);
        case kHostname:
            assign(info_.hostname, take_string(fields));
            break;
        case kArchitecture:
            assign(info_.architecture, take_string(fields));
            break;
        case kCommandLine:
            take_command_line(fields);
            break;
        case kEventDescriptions:
            return take_event_descriptions(fields);
        case kClockData:
            fields.skip(8);  // version, clock
            info_.time_nanos = static_cast<std::int64_t>(fields.take<std::uint64_t>());
            break;
        default:
            break;
    }
    return fields.ok();
}

bool HeaderReader::take_build_ids(ByteView content) {
    while (!content.empty()) {
        Record record;
        if (!take_record(content, record) || !header_.build_ids.add(record)) return false;
    }
    return true;
}

bool HeaderReader::take_event_descriptions(Cursor& fields) {
    const auto events = fields.take<std::uint32_t>();
    const auto attr_bytes = fields.take<std::uint32_t>();
    if (attr_bytes < kLeastAttrBytes) return false;
    for (std::uint32_t event = 0; event < events && fields.ok(); ++event) {
        fields.skip(attr_bytes);
        const auto ids = fields.take<std::uint32_t>();
        const std::string_view name = take_string(fields);
        Cursor words(fields.take_words(ids));
        if (ids != 0 && !budget_.append(names_, EventName{words.take<std::uint64_t>(), name})) return false;
    }
    return fields.ok();
}

void HeaderReader::take_command_line(Cursor& fields) {
    const auto words = fields.take<std::uint32_t>();
    std::string line;
    for (std::uint32_t word = 0; word < words && fields.ok() && line.size() <= limits_.string_bytes; ++word) {
        if (word != 0) line += ' ';
        line += take_string(fields);
    }
    assign(info_.command, line);
}

void HeaderReader::name_events() {
    for (const auto& [id, name] : names_)
        if (const std::uint32_t* const event = header_.events.find(id)) assign(info_.events[*event].name, name);
}

Result<ByteView> HeaderReader::section(Section section, std::string_view what) const {
    if (section.offset > data_.size() || section.size > data_.size() - section.offset)
        return fail_truncated(
            data_.size(), fmt::format("truncated perf.data: {} at {} of {} bytes", what, section.offset, section.size));
    return data_.subspan(section.offset, section.size);
}

}  // namespace

bool BuildIdTable::add(const Record& record) {
    constexpr std::size_t kMostBytes = 20;
    Cursor fields(record.body);
    fields.skip(4);
    const ByteView build_id = fields.take_bytes(kMostBytes);
    const auto size = fields.take<std::uint32_t>() & 0xff;
    if (!fields.ok()) return false;
    const bool is_sized = (record.misc & kBuildIdSized) != 0 && size <= kMostBytes;
    entries_.push_back({fields.take_name(), build_id.first(is_sized ? size : kMostBytes)});
    return true;
}

void BuildIdTable::sort() { std::ranges::stable_sort(entries_, {}, &Entry::filename); }

ByteView BuildIdTable::find(std::string_view filename) const {
    const auto found = std::ranges::lower_bound(entries_, filename, {}, &Entry::filename);
    return found == entries_.end() || found->filename != filename ? ByteView{} : found->build_id;
}

Result<Header> read_header(ByteView data, const Limits& limits, Budget& budget, RecordingInfo& info) {
    return HeaderReader(data, limits, budget, info).read();
}

}  // namespace pgoprof::perf
