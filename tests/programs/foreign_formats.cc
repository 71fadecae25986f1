// foreign_formats read FORMAT FILE PROFILE [BINARY]: reads a file of any foreign format into a pprof profile, with the
// binary's symbols and lines where there is one. foreign_formats write FORMAT PROFILE FILE: the other way. Prints notes
// and losses, a line each.
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <span>
#include <string>
#include <string_view>

#include "pgoprof/base/text.h"
#include "pgoprof/codec/export.h"
#include "pgoprof/codec/firefox_profile.h"
#include "pgoprof/codec/foreign_profile.h"
#include "pgoprof/codec/format.h"
#include "pgoprof/codec/gperftools_profile.h"
#include "pgoprof/codec/pprof.h"
#include "pgoprof/codec/preprofile.h"
#include "pgoprof/io/source.h"
#include "pgoprof/load.h"
#include "pgoprof/transform/edge_samples.h"
#include "pgoprof/transform/infer_call_sites.h"
#include "pgoprof/transform/intern.h"
#include "pgoprof/transform/recording_profile.h"

using namespace pgoprof;

namespace {

[[noreturn]] void give_up(const Error& error) {
    fmt::print(stderr, "foreign_formats: error: {}\n{}\n", escape_line(error.message), escape_line(error.remedy));
    std::exit(3);
}

template <typename T>
T value_of(Result<T> result) {
    if (!result) give_up(result.error());
    return std::move(*result);
}

using Decode = Result<ForeignProfile> (*)(ByteView, const Limits&, Budget&);
using ReadItems = Result<> (*)(ByteView, const Limits&, RecordingInfo&, const VisitRecording&);

Profile decode(Decode decode_format, ByteView content) {
    const Limits limits;
    Budget budget(limits.decode_budget(content.size()));
    ForeignProfile decoded = value_of(decode_format(content, limits, budget));
    for (const std::string& note : decoded.notes) fmt::print("{}\n", escape_line(note));
    return std::move(decoded.profile);
}

Profile convert(ReadItems read_items, ByteView content, const std::string& binary) {
    const ReadRecording read = [&](RecordingInfo& info, const VisitRecording& visit) {
        return read_items(content, Limits{}, info, visit);
    };
    RecordingProfile converted =
        value_of(convert_recording(read, {.binary = binary}, GoBinary::open, Limits{}.decode_budget(content.size())));
    for (const std::string& note : converted.report.notes) fmt::print("{}\n", escape_line(note));
    return std::move(converted.profile);
}

Result<EdgeProfile> decode_edges(ByteView content) {
    const Limits limits;
    Budget budget(limits.decode_budget(content.size()));
    return decode_preprofile(content, limits, budget);
}

Profile read(Format format, ByteView content, const std::string& binary) {
    switch (format) {
        case Format::preprofile:
            return value_of(edge_samples(value_of(decode_edges(content))));
        case Format::folded:
            return decode(decode_folded, content);
        case Format::speedscope:
            return decode(decode_speedscope, content);
        case Format::otlp:
            return decode(decode_otlp, content);
        case Format::gperftools:
            return convert(read_gperftools, content, binary);
        case Format::firefox:
            return binary.empty() ? decode(decode_firefox, content) : convert(read_firefox, content, binary);
        default:
            give_up({.code = ErrorCode::usage, .message = "not a foreign format"});
    }
}

Profile infer(const Profile& profile, const std::string& binary) {
    InferredProfile inferred = value_of(infer_call_sites(profile, value_of(GoBinary::open(binary))));
    const CallSiteCounts& counts = inferred.counts;
    fmt::print("given {}\nunique {}\nambiguous {}\nnot_found {}\nfunctions {}\nunknown_functions {}\n", counts.given,
               counts.unique, counts.ambiguous, counts.not_found, counts.functions, counts.unknown_functions);
    return std::move(inferred.profile);
}

void read_file(Format format, const std::string& path, const std::string& out, const std::string& binary) {
    Buffer content;
    if (const auto loaded = read_input(path, kGiB, content); !loaded) give_up(loaded.error());
    if (const Format detected = value_of(detect_format(content.view())); detected != format) {
        give_up({.message = fmt::format("taken for {}", format_name(detected))});
    }
    Profile profile = read(format, content.view(), binary);
    if (!binary.empty() && !has_call_sites(profile)) profile = infer(profile, binary);
    std::ofstream(out, std::ios::binary) << encode_pprof(profile).text();
}

Result<> encode(OutputFormat format, const Profile& profile, const WriteBytes& write) {
    switch (format) {
        case OutputFormat::speedscope:
            return encode_speedscope(profile, write);
        case OutputFormat::callgrind:
            return encode_callgrind(profile, write);
        case OutputFormat::text:
            return encode_text(profile, write);
        case OutputFormat::json:
            return encode_json(profile, write);
        default:
            return fail(ErrorCode::usage, "not a foreign format");
    }
}

void write_file(OutputFormat format, const std::string& path, const std::string& out) {
    Loader loader;
    const Profile profile = intern(*value_of(load_profile(loader, path)));
    for (const std::string& loss : losses(profile, format, 0)) fmt::print("{}\n", escape_line(loss));
    std::ofstream file(out, std::ios::binary);
    const auto written = encode(format, profile, [&](ByteView piece) -> Result<> {
        file << as_text(piece);
        return {};
    });
    if (!written) give_up(written.error());
}

}  // namespace

int main(int argc, char** argv) {
    const std::span<char*> words(argv, static_cast<std::size_t>(argc));
    if (argc < 5) give_up({.code = ErrorCode::usage, .message = "read|write FORMAT FILE FILE [BINARY]"});
    const std::string_view name = words[2];
    if (std::string_view(words[1]) == "read") {
        const auto format = format_named(name);
        if (!format) give_up({.code = ErrorCode::usage, .message = "unknown format"});
        read_file(*format, words[3], words[4], argc > 5 ? words[5] : "");
    } else {
        const auto format = output_format_named(name);
        if (!format) give_up({.code = ErrorCode::usage, .message = "unknown format"});
        write_file(*format, words[3], words[4]);
    }
}
