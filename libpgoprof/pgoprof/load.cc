#include "pgoprof/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <optional>

#include "pgoprof/base/gzip.h"
#include "pgoprof/base/parallel.h"
#include "pgoprof/base/text.h"
#include "pgoprof/codec/format.h"
#include "pgoprof/codec/pprof.h"
#include "pgoprof/codec/preprofile.h"
#include "pgoprof/io/source.h"
#include "pgoprof/model/invariants.h"

namespace pgoprof {
namespace {

/// For batches: the visits, which do not run side by side, are a fifth of the work.
constexpr std::size_t kMostThreads = 4;

bool is_ascii_text(std::string_view content) {
    const auto printable = [](unsigned char c) { return (c >= ' ' && c < 0x7f) || (c >= '\t' && c <= '\r'); };
    return std::ranges::all_of(content.substr(0, 256), printable);
}

/// `error` as decoding gave it, or a better one if the content is plainly something else.
Error name_foreign(ByteView content, Error error) {
    const auto say = [](std::string_view what) {
        return to_error({Invariant::not_a_profile, {0, OffsetSpace::inflated}, fmt::format("this is {}", what)});
    };
    if (content.empty()) return error;
    if (looks_preprofile(content)) return say("preprofiled call edges, compressed or damaged");
    const auto format = detect_format(content);
    if (format && *format != Format::pprof && *format != Format::otlp) {  // a damaged profile can look like the latter
        Error foreign = say(fmt::format("{}; pgo-convert makes a profile of it", format_description(*format)));
        foreign.remedy.clear();
        return foreign;
    }
    const auto name = foreign_name(content);
    return name.empty() || (name == "text" && !is_ascii_text(as_text(content))) ? error : say(name);
}

/// False if the budget does not allow it.
bool append(RawSamples& all, const RawSamples& more, Budget& budget) {
    const RawSample ends{.stack_begin = static_cast<std::uint32_t>(all.stacks.size()),
                         .values_begin = static_cast<std::uint32_t>(all.values.size()),
                         .labels_begin = static_cast<std::uint32_t>(all.labels.size())};
    const auto add = [&budget](auto& vector, const auto& added) {
        const std::size_t end = vector.size();
        if (!budget.extend(vector, added.size())) return false;
        std::ranges::copy(added, vector.data() + end);
        return true;
    };
    if (!all.sample_begins.empty()) all.sample_begins.pop_back();
    const std::size_t first = all.sample_begins.size();
    if (!add(all.sample_begins, more.sample_begins) || !add(all.stacks, more.stacks) || !add(all.values, more.values) ||
        !add(all.labels, more.labels)) {
        return false;
    }
    for (RawSample& sample : std::span(all.sample_begins).subspan(first)) {
        sample.stack_begin += ends.stack_begin;
        sample.values_begin += ends.values_begin;
        sample.labels_begin += ends.labels_begin;
    }
    return true;
}

Result<const RawProfile*> require_profile(const Result<Loader::Content>& content, const Loader& loader,
                                          const std::string& name) {
    if (!content) return std::unexpected(content.error());
    if (std::holds_alternative<const EdgeProfile*>(*content)) {
        return fail_in(name, {.message = "already preprofiled: only its call edges are left",
                              .remedy = "give the pprof profile that it was made from"});
    }
    if (loader.inflated_bytes() == 0) {
        return fail_in(name, {.message = "the file is empty",
                              .remedy = "a failed write or a shell's > leaves such files: collect it again"});
    }
    return std::get<const RawProfile*>(*content);
}

}  // namespace

Loader::Loader(Limits limits, Validation validation, Samples samples)
    : limits_(limits), validation_(validation), samples_(samples) {}

Result<Loader::Content> Loader::load(const std::string& path) {
    const auto read = read_input(path, limits_.input_bytes, stored_);
    if (!read) return fail_in(input_name(path), read.error());
    return load_bytes(stored_.view(), input_name(path));
}

Result<Loader::Content> Loader::load_bytes(ByteView stored, const std::string& name) {
    name_ = name;
    stored_bytes_ = stored.size();
    content_ = {};
    auto content = decode(stored);
    if (content) return content;
    return std::unexpected(in_input(std::move(content.error())));
}

/// Offsets into a file that is not compressed are those of its own bytes. From some size on no option allows more
/// memory.
Error Loader::in_input(Error error) const {
    const bool compressed = content_.data() == inflated_.data();
    if (!compressed && error.offset) error.offset->space = OffsetSpace::stored;
    if (limits_.decode_budget(stored_bytes_) >= limits_.inflated_bytes) error.remedy.clear();
    return fail_in(name_, std::move(error)).error();
}

Result<Loader::Content> Loader::decode(ByteView stored) {
    budget_ = Budget(std::min(limits_.decode_budget(stored.size()), limits_.inflated_bytes));
    if (looks_gzipped(stored)) {
        const auto inflated = gunzip(stored, budget_, inflated_);
        if (!inflated) return std::unexpected(to_error(inflated.error()));
        content_ = inflated_.view();
        if (stored.data() == stored_.data()) stored_ = {};  // its memory can serve the decoding
        return decode_profile();
    }
    content_ = stored;
    if (looks_preprofile(stored)) {
        auto edges = decode_preprofile(stored, limits_, budget_);
        if (!edges) return std::unexpected(std::move(edges.error()));
        edges_ = std::move(*edges);
        return &edges_;
    }
    return decode_profile();
}

Result<Loader::Content> Loader::decode_profile() {
    const bool whole = samples_ == Samples::whole;
    const auto decoded = (whole ? decode_pprof : decode_pprof_tables)(content_, limits_, budget_, raw_);
    if (!decoded) return std::unexpected(name_foreign(content_, decoded.error()));
    if (validation_ == Validation::require && !content_.empty()) {
        const auto sound = (whole ? require_invariants : require_tables)(raw_);
        if (!sound) return std::unexpected(name_foreign(content_, sound.error()));
    }
    if (samples_ == Samples::ends) {
        const auto collected = collect_batches();
        if (!collected) return std::unexpected(name_foreign(content_, collected.error()));
    }
    return &raw_;
}

/// A batch may cost a share of the budget, all of them together the rest.
Result<> Loader::collect_batches() {
    Budget rest(budget_.left() - budget_.left() / kMostThreads);
    bool fits = true;
    const auto walked = walk_batches([&](const RawSamples& batch) { fits = fits && append(raw_, batch, rest); }, 1);
    if (walked && !fits) return std::unexpected(over_budget({}, "decoding it needs more memory than is allowed"));
    return walked;
}

Result<> Loader::walk_samples(const VisitSamples& visit, unsigned threads) {
    if (samples_ != Samples::in_batches) {
        visit(raw_);
        return {};
    }
    const auto walked = walk_batches(visit, threads);
    if (!walked) return std::unexpected(in_input(name_foreign(content_, walked.error())));
    return {};
}

// What a batch may cost must not depend on the number of threads, else the verdict on a file would.
Result<> Loader::walk_batches(const VisitSamples& visit, unsigned threads) {
    constexpr std::size_t kWorthAThread = 16;  // batches
    const std::size_t count = raw_.batch_begins.size();
    const std::uint64_t share = budget_.left() / kMostThreads;
    const WireIndex<RawLocation> locations(raw_.locations);
    std::atomic<std::size_t> next = 0;
    Turns turns;
    Result<> result;
    const auto take_batches = [&] {
        RawProfile batch;
        Budget budget(share);
        const auto decode = [&](std::size_t number) {
            auto decoded = decode_pprof_batch(content_, limits_, budget, raw_, locations, number, batch);
            const bool checked = decoded && validation_ == Validation::require;
            return checked ? require_samples(raw_, batch) : decoded;
        };
        for (std::size_t number; (number = next++) < count;) {
            auto decoded = decode(number);
            const auto hand_over = [&] {
                if (decoded)
                    visit(batch);
                else
                    result = std::move(decoded);
                return result.has_value();
            };
            if (!turns.take(number, hand_over)) return;
        }
    };
    on_threads(std::clamp<std::size_t>(count / kWorthAThread, 1, std::min<std::size_t>(threads, kMostThreads)), [&] {
        try {
            take_batches();
        } catch (...) {
            turns.fail();
        }
    });
    turns.rethrow();
    return result;
}

Result<> Loader::decode_whole(RawProfile& out) {
    const auto decoded = decode_pprof(content_, limits_, budget_, out);
    if (!decoded) return std::unexpected(in_input(decoded.error()));
    return {};
}

Result<const RawProfile*> load_profile(Loader& loader, const std::string& path) {
    return require_profile(loader.load(path), loader, input_name(path));
}

Result<const RawProfile*> load_profile_bytes(Loader& loader, ByteView stored, const std::string& name) {
    return require_profile(loader.load_bytes(stored, name), loader, name);
}

}  // namespace pgoprof
