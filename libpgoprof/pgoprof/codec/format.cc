#include "pgoprof/codec/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "pgoprof/base/text.h"
#include "pgoprof/codec/preprofile.h"
#include "pgoprof/codec/wire.h"
#include "pgoprof/model/invariants.h"

namespace pgoprof {
namespace {

using namespace std::literals;

struct FormatNames {
    std::string_view name;
    std::string_view description;
};

/// In the order of the enumeration.
constexpr std::array kNames{
    FormatNames{"pprof", "a pprof profile"},
    FormatNames{"preprofile", "preprofiled call edges (GO PREPROFILE V1)"},
    FormatNames{"perf-data", "a perf.data recording"},
    FormatNames{"perf-script", "the text of perf script"},
    FormatNames{"folded", "folded stacks"},
    FormatNames{"gperftools", "a CPU profile of gperftools"},
    FormatNames{"otlp", "an OTLP profiles message"},
    FormatNames{"speedscope", "a speedscope file"},
    FormatNames{"firefox", "a profile of the Firefox profiler"},
};
static_assert(kNames.size() == kFormats.size());

struct Signature {
    std::string_view prefix;
    std::string_view what;
};

/// None of these begins anything that can be read.
constexpr std::array kForeign{
    Signature{"<", "an HTML or XML page"},
    Signature{"\x1f\x8b", "gzipped twice"},
    Signature{"\x28\xb5\x2f\xfd", "compressed with zstd"},
    Signature{"BZh", "compressed with bzip2"},
    Signature{"\xfd"
              "7zXZ",
              "compressed with xz"},
    Signature{"PERFFILE", "a perf.data recording of a perf before 2009"},
    Signature{"\x7f"
              "ELF",
              "an ELF binary"},
    Signature{"PK\x03\x04", "a ZIP archive"},
    Signature{"FLR\0"sv, "a Java Flight Recorder recording"},
    Signature{"SQLite format 3", "an SQLite database"},
    Signature{"\x89PNG", "a PNG image"},
    Signature{"%PDF", "a PDF document"},
    Signature{"go 1.", "a Go execution trace"},
    Signature{"GO PREPROFILE", "preprofiled call edges of another version"},
    Signature{"--- ", "a text profile of the legacy pprof format"},
    Signature{"heap profile:", "a text profile of the legacy pprof format"},
    Signature{"threadcreate profile:", "a text profile (?debug=1)"},
    Signature{"goroutine profile:", "a text goroutine profile (?debug=1)"},
    Signature{"goroutine ", "a dump of goroutines (?debug=2)"},
    Signature{"PeriodType:", "the text of go tool pprof -raw"},
    Signature{"File: ", "a report of go tool pprof"},
    Signature{"Type: ", "a report of go tool pprof"},
    Signature{"digraph ", "a Graphviz graph"},
    Signature{"# callgrind format", "a callgrind profile"},
    Signature{"version: 1\n", "a callgrind profile"},
    Signature{"mode: ", "a Go coverage profile"},
    Signature{"sample_type {", "a pprof profile as protobuf text"},
    Signature{"string_table:", "a pprof profile as protobuf text"},
};

/// What to look for in the text: enough of it to tell, however large the file.
constexpr std::size_t kLookBytes = 16 * 1024;

std::string_view skip_space(std::string_view text) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    return text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// Text of any encoding that extends ASCII: names need not be UTF-8.
bool is_text(std::string_view content) {
    constexpr std::size_t kEnough = 4096;
    const auto is_control = [](unsigned char c) { return (c < ' ' && (c < '\t' || c > '\r')) || c == 0x7f; };
    const auto is_ascii = [](unsigned char c) { return c < 0x80; };
    std::string_view start = content.substr(0, kEnough);
    while (content.size() > kEnough && !start.empty() && !is_ascii(static_cast<unsigned char>(start.back()))) {
        start.remove_suffix(1);  // perhaps the half of a character
    }
    if (start.empty() || std::ranges::any_of(start, is_control)) return false;
    return is_utf8(start) || static_cast<std::size_t>(std::ranges::count_if(start, is_ascii)) > start.size() / 2;
}

/// The first complete lines, those without comment or content left out.
std::vector<std::string_view> first_lines(std::string_view text) {
    const bool cut = text.size() > kLookBytes;
    text = text.substr(0, kLookBytes);
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (end == text.npos && cut && !lines.empty()) break;
        auto line = text.substr(0, end);
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
        while (!line.empty() && is_space(line.back())) line.remove_suffix(1);
        if (!line.empty() && line.front() != '#') lines.push_back(line);
    }
    return lines;
}

// "1234.567890:", as perf script prints a sample's time.
bool is_perf_time(std::string_view word) {
    const std::size_t dot = word.find('.');
    if (dot == 0 || dot == word.npos || !word.ends_with(':')) return false;
    const auto fraction = word.substr(dot + 1, word.size() - dot - 2);
    return !fraction.empty() && std::ranges::all_of(word.substr(0, dot), is_digit) &&
           std::ranges::all_of(fraction, is_digit);
}

/// "server  1234 [001] 567.890123:  250000 cpu-clock:u:" or "\t  45f0a1 main.f+0x21 (/usr/bin/server)".
bool is_perf_line(std::string_view line) {
    if (line.find(" PERF_RECORD_") != line.npos) return true;
    if (is_space(line.front())) {
        const auto frame = skip_space(line);
        const std::size_t address = std::min(frame.find(' '), frame.size());
        if (address >= 3 && std::ranges::all_of(frame.substr(0, address), is_hex) && frame.ends_with(')') &&
            frame.find(" (") != frame.npos)
            return true;
        line = frame;  // names are padded on the left
    }
    for (std::size_t begin = 0; begin < line.size();) {
        const std::size_t end = std::min(line.find(' ', begin), line.size());
        if (begin > 0 && is_perf_time(line.substr(begin, end - begin))) return true;
        begin = end + 1;
    }
    return false;
}

/// "main.main;main.f 12".
bool is_folded_line(std::string_view line) {
    const std::size_t space = line.find_last_of(" \t");
    if (space == line.npos || is_space(line.front())) return false;
    auto count = line.substr(space + 1);
    if (count.starts_with('-') || count.starts_with('+')) count.remove_prefix(1);
    const auto in_number = [](char c) { return is_digit(c) || c == '.'; };
    return !count.empty() && is_digit(count.front()) && std::ranges::all_of(count, in_number);
}

/// The names of an object's own members, and none of those within. What is cut short has no end.
struct Members {
    std::vector<std::string_view> names{};
    bool ended = false;
};

Members members_of(std::string_view json) {
    Members members;
    std::size_t depth = 0;
    for (std::size_t at = 0; at < json.size(); ++at) {
        const char c = json[at];
        if (c == '{' || c == '[') ++depth;
        if ((c == '}' || c == ']') && depth-- <= 1) {
            members.ended = true;
            break;
        }
        if (c != '"') continue;
        const std::size_t begin = at + 1;
        for (++at; at < json.size() && json[at] != '"'; ++at) at += json[at] == '\\' ? 1 : 0;
        if (at >= json.size()) break;
        if (depth == 1 && skip_space(json.substr(at + 1)).starts_with(':')) {
            members.names.push_back(json.substr(begin, at - begin));
        }
    }
    return members;
}

struct Judged {
    std::optional<Format> format{};
    std::string_view foreign{};
};

Judged judge_json(std::string_view json) {
    if (json.starts_with('[')) return {.foreign = "JSON that begins with an array (Chrome's trace events?)"};
    const auto [names, ended] = members_of(json);
    const auto has = [&known = names](std::string_view name) { return std::ranges::find(known, name) != known.end(); };
    if (has("shared") && has("profiles")) return {Format::speedscope};
    if (has("meta") && has("threads")) return {Format::firefox};
    if (has("resourceProfiles")) return {.foreign = "an OTLP profiles message as JSON: only its protobuf is read"};
    if (has("traceEvents")) return {.foreign = "Chrome's trace events"};
    if (has("nodes") && has("timeDeltas")) return {.foreign = "a CPU profile of V8 (.cpuprofile)"};
    if (has("schema")) return {.foreign = "a JSON document of pgoprof's own"};
    if (ended) return {.foreign = "JSON"};
    if (has("$schema") && json.substr(0, kLookBytes).find("speedscope.app") != json.npos) {
        return {.foreign = "a speedscope file that is cut short"};
    }
    if (has("meta")) return {.foreign = "JSON that is cut short (of the Firefox profiler?)"};
    return {.foreign = "JSON that is cut short"};
}

Judged judge_text(std::string_view content) {
    const auto lines = first_lines(content);
    if (std::ranges::any_of(lines, is_perf_line)) return {Format::perf_script};
    const auto folded = static_cast<std::size_t>(std::ranges::count_if(lines, is_folded_line));
    const bool most = folded == lines.size() || folded * 2 > lines.size() + 1;  // the decoder tells which are not
    if (!lines.empty() && most && content.find(';') != content.npos) return {Format::folded};
    return {.foreign = "text"};
}

template <typename Word>
bool is_gperftools_header(ByteView content, bool swapped) {
    constexpr std::array<std::uint64_t, 5> kHeader{0, 3, 0, 0, 0};  // the fourth is the period
    if (content.size() < kHeader.size() * sizeof(Word)) return false;
    for (std::size_t i = 0; i < kHeader.size(); ++i) {
        Word word;
        std::memcpy(&word, content.data() + i * sizeof(Word), sizeof(Word));
        if (swapped) word = std::byteswap(word);
        if (i == 3 ? word == 0 : word != kHeader[i]) return false;
    }
    return true;
}

bool is_gperftools(ByteView content) {
    return is_gperftools_header<std::uint64_t>(content, false) || is_gperftools_header<std::uint64_t>(content, true) ||
           is_gperftools_header<std::uint32_t>(content, false) || is_gperftools_header<std::uint32_t>(content, true);
}

/// A message whose fields, down to where it may be damaged, are those of a pprof Profile, or of a ProfilesData.
std::optional<Format> judge_wire(ByteView content) {
    bool only_otlp = true;
    std::size_t fields = 0;
    WireReader reader(content);
    for (WireField field; reader.read_field(field); ++fields) {
        const bool is_message = field.type == WireType::bytes;
        if (fields == 0 && (field.number == 0 || field.number > 15)) return std::nullopt;
        if (!is_message || field.number > 2) only_otlp = false;
    }
    if (fields == 0) return std::nullopt;
    return only_otlp && reader.fault() == WireFault::none ? Format::otlp : Format::pprof;
}

/// As it is when a write breaks off in the first field, or a bit of it flips.
bool begins_pprof(ByteView content) {
    const auto tag = std::to_integer<unsigned>(content.front());
    const unsigned number = tag >> 3;
    return number >= 1 && number <= 15 && ((tag & 7) == 2 || (tag & 7) == 0);
}

Judged judge(ByteView content) {
    const std::string_view text = as_text(content);
    if (text.starts_with("PERFILE2") || text.starts_with("2ELIFREP")) return {Format::perf_data};
    if (looks_preprofile(content)) return {Format::preprofile};
    if (is_gperftools(content)) return {Format::gperftools};
    if (is_text(text)) {
        const std::string_view start = skip_space(text);
        if (start.starts_with('{') || start.starts_with('[')) return judge_json(start);
    }
    if (const auto name = foreign_name(content); !name.empty() && name != "text") return {.foreign = name};
    if (is_text(text)) return judge_text(text);
    if (const auto format = judge_wire(content)) return {*format};
    if (begins_pprof(content)) return {Format::pprof};
    return {};
}

std::string all_names() {
    std::string names;
    for (const FormatNames& known : kNames) names += (names.empty() ? "" : ", ") + std::string(known.name);
    return names;
}

}  // namespace

std::string_view format_name(Format format) { return kNames[static_cast<std::size_t>(format)].name; }

std::string_view format_description(Format format) { return kNames[static_cast<std::size_t>(format)].description; }

std::optional<Format> format_named(std::string_view name) {
    const auto found = std::ranges::find(kFormats, name, format_name);
    return found == kFormats.end() ? std::nullopt : std::optional(*found);
}

std::string_view foreign_name(ByteView content) {
    const std::string_view start = skip_space(as_text(content));
    const auto matches = [&](const Signature& foreign) { return start.starts_with(foreign.prefix); };
    if (const auto found = std::ranges::find_if(kForeign, matches); found != kForeign.end()) return found->what;
    if (!is_text(as_text(content))) return "";
    return start.starts_with('{') || start.starts_with('[') ? "JSON" : "text";
}

Result<Format> detect_format(ByteView content) {
    if (content.empty()) {
        return fail({.message = "the file is empty",
                     .remedy = "a failed write or a shell's > leaves such files: collect it again"});
    }
    const Judged judged = judge(content);
    if (judged.format) return *judged.format;
    const auto what = judged.foreign.empty() ? "none of the formats known here"sv : judged.foreign;
    Error error = to_error({Invariant::not_a_profile, {0, OffsetSpace::inflated}, fmt::format("this is {}", what)});
    error.remedy = fmt::format("what can be read: {}", all_names());
    return fail(std::move(error));
}

}  // namespace pgoprof
