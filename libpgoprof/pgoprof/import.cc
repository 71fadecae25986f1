#include "pgoprof/import.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <utility>

#include "pgoprof/base/gzip.h"
#include "pgoprof/base/text.h"
#include "pgoprof/binary/mapped_file.h"
#include "pgoprof/codec/firefox_profile.h"
#include "pgoprof/codec/foreign_profile.h"
#include "pgoprof/codec/gperftools_profile.h"
#include "pgoprof/codec/perf_data.h"
#include "pgoprof/codec/perf_script.h"
#include "pgoprof/codec/pprof.h"
#include "pgoprof/codec/preprofile.h"
#include "pgoprof/io/source.h"
#include "pgoprof/model/invariants.h"
#include "pgoprof/transform/edge_samples.h"
#include "pgoprof/transform/infer_call_sites.h"
#include "pgoprof/transform/intern.h"

namespace pgoprof {
namespace {

using DecodeForeign = Result<ForeignProfile> (*)(ByteView, const Limits&, Budget&);
using ReadItems = Result<> (*)(ByteView, const Limits&, RecordingInfo&, const VisitRecording&);

class Importer {
public:
    explicit Importer(const ImportOptions& options) : options_(options), limits_(options.limits) {}

    Result<Imported> run(const std::string& path) {
        if (auto taken = take(path); !taken) return fail(taken.error());
        out_.stored_bytes = stored_.size();
        if (auto inflated = inflate(); !inflated) return fail(inflated.error());
        auto detected = detect_format(content_);
        if (content_.empty()) return fail(detected.error());
        const auto found = detected;
        if (options_.from) detected = *options_.from;
        if (!detected) return fail(in_space(detected.error()));
        out_.format = *detected;
        if (auto decoded = decode(); !decoded) return fail(doubt_format(in_space(decoded.error()), found));
        if (auto inferred = infer_lines(); !inferred) return fail(inferred.error());
        return std::move(out_);
    }

private:
    /// Recordings by perf are large, and read twice: they stay where they are.
    Result<> take(const std::string& path) {
        std::error_code none;
        if (std::filesystem::is_directory(path, none) && std::filesystem::exists(path + "/data", none)) {
            return fail(ErrorCode::io_failure, "is a folder that perf record --threads wrote, which is not read",
                        "record again without --threads");
        }
        if (auto mapped = MappedFile::open(path); path != "-" && mapped && is_recording(mapped->bytes())) {
            mapped_ = std::move(*mapped);
            stored_ = mapped_.bytes();
            return {};
        }
        if (auto read = read_input(path, limits_.input_bytes, read_); !read) return read;
        stored_ = read_.view();
        return {};
    }

    bool is_recording(ByteView bytes) const {
        return bytes.size() <= limits_.input_bytes && detect_format(bytes) == Format::perf_data;
    }

    Result<> inflate() {
        content_ = stored_;
        budget_ = Budget(std::min(limits_.decode_budget(stored_.size()), limits_.inflated_bytes));
        if (!looks_gzipped(stored_)) return {};
        const auto inflated = gunzip(stored_, budget_, inflated_);
        if (!inflated) return fail(to_error(inflated.error()));
        content_ = inflated_.view();
        return {};
    }

    /// Offsets into a file that is not compressed are those of its own bytes.
    Error in_space(Error error) const {
        if (error.offset && content_.data() != inflated_.data()) error.offset->space = OffsetSpace::stored;
        return error;
    }

    /// What cannot be read as what --from says may be something else. An error that needs no offset, and knows a
    /// remedy, is about what was read.
    Error doubt_format(Error error, const Result<Format>& found) const {
        if (!options_.from || found == *options_.from || error.code != ErrorCode::invalid_content) return error;
        if (!error.offset && !error.remedy.empty()) return error;
        error.remedy = found ? fmt::format("it looks like {}: leave --from out", format_description(*found))
                             : fmt::format("{}: --from does not change that", found.error().message);
        return error;
    }

    Result<> decode() {
        switch (out_.format) {
            case Format::pprof:
                return decode_profile();
            case Format::preprofile:
                return decode_edges();
            case Format::perf_data:
                return convert(read_perf_data);
            case Format::perf_script:
                return convert(read_perf_script);
            case Format::gperftools:
                return convert(read_gperftools);
            case Format::firefox:
                return decode_by_name_or_address();
            case Format::folded:
                return decode(decode_folded);
            case Format::speedscope:
                return decode(decode_speedscope);
            case Format::otlp:
                return decode(decode_otlp);
        }
        std::unreachable();
    }

    /// Addresses tell more than names, where the program is at hand.
    Result<> decode_by_name_or_address() {
        auto by_address = convert(read_firefox);
        if (by_address || !options_.choice.binary.empty()) return by_address;
        return decode(decode_firefox);
    }

    Result<> decode_profile() {
        RawProfile raw;
        if (auto decoded = decode_pprof(content_, limits_, budget_, raw); !decoded) return decoded;
        if (auto sound = require_invariants(raw); !sound) return sound;
        out_.profile = intern(raw);
        return {};
    }

    Result<> decode_edges() {
        const auto edges = decode_preprofile(content_, limits_, budget_);
        if (!edges) return fail(edges.error());
        auto profile = edge_samples(*edges);
        if (!profile) return fail(profile.error());
        out_.profile = std::move(*profile);
        out_.notes.emplace_back("a preprofiled file has call edges alone: each is a stack of two frames");
        return {};
    }

    Result<> decode(DecodeForeign decode_format) {
        auto decoded = decode_format(content_, limits_, budget_);
        if (!decoded) return fail(decoded.error());
        out_.profile = std::move(decoded->profile);
        out_.notes = std::move(decoded->notes);
        return {};
    }

    Result<> convert(ReadItems read_items) {
        const ReadRecording read = [&](RecordingInfo& info, const VisitRecording& visit) {
            return read_items(content_, limits_, info, visit);
        };
        auto converted =
            convert_recording(read, options_.choice, GoBinary::open, limits_.decode_budget(content_.size()));
        if (!converted) return fail(converted.error());
        out_.profile = std::move(converted->profile);
        out_.recording = std::move(converted->report);
        return {};
    }

    /// Of profiles that have names alone, where the user names the program.
    Result<> infer_lines() {
        const std::string& path = options_.choice.binary;
        if (path.empty() || out_.recording) return {};
        if (has_call_sites(out_.profile)) {
            out_.notes.emplace_back("--binary is not needed: the profile has its lines");
            return {};
        }
        const auto binary = GoBinary::open(path);
        if (!binary) return fail_in(path, binary.error());
        auto inferred = infer_call_sites(out_.profile, *binary);
        if (!inferred) return fail(inferred.error());
        const CallSiteCounts& counts = inferred->counts;
        if (counts.of_another_program() && !options_.choice.any_build_id) {
            return fail(
                {.message = fmt::format("{} of {} functions are not in {}, most of the weight: that is another program",
                                        counts.unknown_functions, counts.functions, path),
                 .remedy = "give the program that ran with --binary, or --force to go on with this one"});
        }
        out_.profile = std::move(inferred->profile);
        note_lines(counts);
        return {};
    }

    void note_lines(const CallSiteCounts& counts) {
        const std::string& path = options_.choice.binary;
        std::string pairs;
        const auto add = [&](std::uint64_t count, std::string_view what) {
            if (count != 0) pairs += fmt::format("{}{} {}", pairs.empty() ? "" : ", ", count, what);
        };
        add(counts.unique, "have one call there");
        add(counts.ambiguous, "several, of which the first is taken");
        add(counts.not_found, "none that is known");
        add(counts.given, "have the file's own line");
        const std::uint64_t all = counts.given + counts.unique + counts.ambiguous + counts.not_found;
        const double share = counts.call_weight == 0 ? 0 : counts.lined_weight / counts.call_weight * 100;
        out_.notes.push_back(fmt::format(
            "lines of calls from {}: {:.1f}% of the weight has got them; of {} pairs of caller and callee {}", path,
            share, all, pairs.empty() ? "none has one" : pairs));
        if (counts.unknown_functions != 0) {
            out_.notes.push_back(fmt::format("{} of {} {} not in {}", counts.unknown_functions,
                                             format_count(counts.functions, "function"),
                                             counts.unknown_functions == 1 ? "is" : "are", path));
        }
    }

    const ImportOptions& options_;
    const Limits& limits_;
    MappedFile mapped_;
    Buffer read_;
    ByteView stored_;
    Buffer inflated_;
    ByteView content_;  ///< inflated
    Budget budget_{0};
    Imported out_;
};

}  // namespace

Result<Imported> import_profile(const std::string& path, const ImportOptions& options) {
    auto imported = Importer(options).run(path);
    if (!imported) return fail_in(input_name(path), imported.error());
    return imported;
}

}  // namespace pgoprof
