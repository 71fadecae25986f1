#include "pgo_convert/convert_run.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "pgo_convert/rewriting.h"
#include "pgoprof/base/gzip_writer.h"
#include "pgoprof/base/parallel.h"
#include "pgoprof/base/text.h"
#include "pgoprof/codec/pprof.h"
#include "pgoprof/codec/preprofile.h"
#include "pgoprof/io/source.h"
#include "pgoprof/model/invariants.h"
#include "pgoprof/report/edge_report.h"
#include "pgoprof/report/folded_text.h"
#include "pgoprof/transform/call_edges.h"
#include "pgoprof/transform/folded_stacks.h"
#include "pgoprof/transform/frames.h"
#include "pgoprof/transform/raw_view.h"

namespace pgoprof::cli {
namespace {

bool is_for_the_compiler(OutputFormat format) {
    return format == OutputFormat::pprof || format == OutputFormat::preprofile;
}

/// What the output would repeat names to: a file of kilobytes could ask for gigabytes.
Result<> check_size(std::uint64_t name_bytes, std::uint64_t limit) {
    if (name_bytes <= limit) return {};
    return fail(over_budget({0, OffsetSpace::inflated},
                            fmt::format("the output would repeat names to {}", format_bytes(name_bytes))));
}

/// What speedscope and callgrind would repeat of stacks and of lines, before any of it is written.
Result<> check_repetition(const Profile& profile, std::uint64_t limit) {
    std::uint64_t names = 0;
    for (const Line& line : profile.lines) {
        if (line.function == kNone<FunctionId>) continue;
        const Function& function = profile.functions[line.function.value];
        names += profile.strings[function.name].size() + profile.strings[function.filename].size();
    }
    if (auto modest = check_size(names, limit); !modest) return modest;
    std::uint64_t frames_left = 4'000'000;
    for (std::size_t i = 0; i < profile.sample_count(); ++i) {
        const auto stack = profile.sample_stack(i);
        frames_left += 16 * stack.size();
        for (const LocationId location : stack) {
            const std::uint64_t lines = profile.locations[location.value].lines_count;
            if (lines > frames_left) return fail(too_many_frames());
            frames_left -= lines;
        }
    }
    return {};
}

/// The position of the sample type that the compiler reads, or else that other tools show; 0 if there is none.
std::size_t shown_sample_type(const Profile& profile) {
    const std::size_t count = profile.sample_types.size();
    std::size_t shown = count == 0 ? 0 : count - 1;
    for (std::size_t i = count; i-- > 0;) {
        const auto& [type, unit] = profile.sample_types[i];
        if (type != StringId{} && type == profile.default_sample_type) shown = i;
    }
    return chosen_sample_type(profile).value_or(shown);
}

}  // namespace

ExitCode ConvertRun::run() {
    if (const auto sound = check_options(options_); !sound) return console_.error(sound.error());
    const auto rewriting = Rewriting::prepare(options_.rewrite);
    if (!rewriting) return console_.error(rewriting.error());
    auto imported = import_profile(options_.file, options_.import);
    if (!imported) return console_.error(imported.error());
    for (const std::string& note : imported->notes) console_.note(note);
    if (imported->recording) report_recording(*imported->recording);
    if (!imported->recording) note_idle_options(imported->format);
    auto rewritten = rewriting->apply(std::move(imported->profile), console_);
    if (!rewritten) return console_.error(fail_in(input_name(options_.file), rewritten.error()).error());
    imported->profile = std::move(*rewritten);
    for (const std::string& loss : losses(imported->profile, options_.to, shown_sample_type(imported->profile))) {
        console_.note(loss);
    }
    const auto done = write(*imported);
    return done ? ExitCode::done : console_.error(fail_in(input_name(options_.file), done.error()).error());
}

/// Options that only recordings know.
void ConvertRun::note_idle_options(Format format) const {
    const RecordingChoice& choice = options_.import.choice;
    const auto note = [&](bool given, std::string_view option) {
        if (!given) return;
        console_.note(
            fmt::format("{} has no effect: the input is {}, no recording", option, format_description(format)));
    };
    note(choice.pid.has_value(), "--pid");
    note(!choice.comm.empty(), "--comm");
    note(choice.any_build_id && choice.binary.empty(), "--force");
}

void ConvertRun::report_recording(const RecordingReport& report) const {
    for (const std::string& note : report.notes) console_.note(note);
    std::string text = format_count(report.samples, "sample");
    const auto add = [&](std::uint64_t count, std::string_view what) {
        if (count != 0) text += fmt::format(", {} {}", count, what);
    };
    add(report.in_other_code, "without a Go function");
    add(report.unwound, "unwound");
    add(report.unwinding_ended, "of these cut short");
    add(report.frameless_leaves, "that had lost their leaf's caller");
    add(report.repaired, "of these repaired");
    add(report.elsewhere, "of other programs left out");
    add(report.lost, "lost by the recorder");
    console_.note(text);
}

/// What the compiler makes of the result. That it refuses it is an error only where nobody else would want it.
Result<EdgeProfile> ConvertRun::judge(const Imported& imported, Result<EdgeProfile> edges) const {
    if (edges) {
        if (edges->ignored != SilentlyIgnored::no) {
            console_.warning(fmt::format("the Go compiler ignores this profile: {}", reason(edges->ignored)));
        }
        return edges;
    }
    if (edges.error().rule == "PGO202" && imported.format != Format::pprof) {
        return fail({.message = fmt::format("this is {}, without the lines of calls that PGO needs",
                                            format_description(imported.format)),
                     .remedy = fmt::format("name the program with --binary, or write another format (--to {})",
                                           imported.format == Format::folded ? "speedscope" : "folded"),
                     .rule = "PGO202"});
    }
    if (options_.to == OutputFormat::preprofile) return edges;
    console_.warning(fmt::format("the Go compiler refuses this profile: {}", edges.error().message));
    return EdgeProfile();
}

Result<> ConvertRun::write(const Imported& imported) const {
    if (!is_for_the_compiler(options_.to)) return write_encoded(imported, [] { return Result<>(); });
    std::future<Result<EdgeProfile>> built = start([&] { return build_call_edges(imported.profile); });
    const auto judged = [&] { return judge(imported, built.get()); };
    if (options_.to != OutputFormat::preprofile) {
        return write_encoded(imported, [&] {
            const auto edges = judged();
            return edges ? Result<>() : fail(edges.error());
        });
    }
    const auto edges = judged();
    return edges ? write_preprofiled(imported, *edges) : fail(edges.error());
}

/// The first bytes may be encoded, but are not written, before `before_writing` has agreed.
Result<> ConvertRun::write_encoded(const Imported& imported, const std::function<Result<>()>& before_writing) const {
    auto output = options_.to == OutputFormat::pprof ? open_binary(options_.output) : Output::open(options_.output);
    if (!output) return fail(output.error());
    bool is_first = true;
    const WriteBytes write = [&](ByteView bytes) -> Result<> {
        if (std::exchange(is_first, false)) {
            if (auto agreed = before_writing(); !agreed) return agreed;
        }
        return output->write(bytes);
    };
    if (auto encoded = encode(imported, write); !encoded) return encoded;
    return output->commit();
}

Result<> ConvertRun::encode(const Imported& imported, const WriteBytes& write) const {
    const std::uint64_t limit = options_.import.limits.decode_budget(imported.stored_bytes);
    if (options_.to == OutputFormat::speedscope || options_.to == OutputFormat::callgrind) {
        if (auto modest = check_repetition(imported.profile, limit); !modest) return modest;
    }
    std::uint64_t written = 0;
    const WriteBytes write_modestly = [&](ByteView bytes) -> Result<> {
        written += bytes.size();
        if (auto modest = check_size(written, limit); !modest) return modest;
        return write(bytes);
    };
    switch (options_.to) {
        case OutputFormat::pprof:
            return write_gzipped(imported.profile, write);
        case OutputFormat::preprofile:
            break;  // of edges: write_preprofiled
        case OutputFormat::folded:
            return write_stacks(imported, write);
        case OutputFormat::speedscope:
            return encode_speedscope(imported.profile, write_modestly);
        case OutputFormat::callgrind:
            return encode_callgrind(imported.profile, write_modestly);
        case OutputFormat::text:
            return encode_text(imported.profile, write);
        case OutputFormat::json:
            return encode_json(imported.profile, write);
    }
    std::unreachable();
}

Result<> ConvertRun::write_gzipped(const Profile& profile, const WriteBytes& write) const {
    GzipWriter gzip(available_threads(), Compression::quick, write);
    const WriteBytes compress = [&](ByteView bytes) { return gzip.write(bytes); };
    if (auto written = encode_pprof(profile, compress); !written) return written;
    return gzip.finish();
}

Result<> ConvertRun::write_preprofiled(const Imported& imported, const EdgeProfile& edges) const {
    const std::uint64_t limit = options_.import.limits.decode_budget(imported.stored_bytes) / 4;
    const EdgeReport all{.profile = &edges, .shown = SIZE_MAX};
    if (auto modest = check_size(name_bytes(all), limit); !modest) return modest;
    return write_verbatim(options_.output, encode_preprofile(edges).text());
}

Result<> ConvertRun::write_stacks(const Imported& imported, const WriteBytes& write) const {
    const auto stacks = fold_stacks(raw_view(imported.profile), shown_sample_type(imported.profile));
    if (!stacks) return fail(stacks.error());
    const std::uint64_t limit = options_.import.limits.decode_budget(imported.stored_bytes);
    if (auto modest = check_size(name_bytes(*stacks), limit); !modest) return modest;
    return write_folded(*stacks, write);
}

}  // namespace pgoprof::cli
