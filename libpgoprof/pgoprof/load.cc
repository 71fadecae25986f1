#include "pgoprof/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "pgoprof/base/gzip.h"
#include "pgoprof/base/text.h"
#include "pgoprof/codec/pprof.h"
#include "pgoprof/codec/preprofile.h"
#include "pgoprof/io/source.h"
#include "pgoprof/model/invariants.h"

namespace pgoprof {
namespace {

struct Signature {
    std::string_view prefix;
    std::string_view what;
};

/// What people hand over by mistake. None of these begins a valid pprof message.
constexpr std::array kForeign{
    Signature{"<", "an HTML or XML page"},
    Signature{"{", "JSON"},
    Signature{"[", "JSON"},
    Signature{"\x1f\x8b", "gzipped twice"},
    Signature{"PERFILE2", "a perf.data recording"},
    Signature{"\x7f"
              "ELF",
              "an ELF binary"},
    Signature{"PK\x03\x04", "a ZIP archive"},
    Signature{"go 1.", "a Go execution trace"},
    Signature{"GO PREPROFILE V1", "preprofiled call edges, compressed or damaged"},
    Signature{"--- ", "a text profile of the legacy pprof format"},
    Signature{"heap profile:", "a text profile of the legacy pprof format"},
    Signature{"goroutine profile:", "a text goroutine profile (?debug=1)"},
};

bool is_text(std::string_view content) {
    const auto printable = [](unsigned char c) { return (c >= ' ' && c < 0x7f) || (c >= '\t' && c <= '\r'); };
    return std::ranges::all_of(content.substr(0, 256), printable);
}

/// What `content` plainly is; empty if that is not plain.
std::string_view foreign_name(std::string_view content) {
    const auto start = content.substr(std::min(content.find_first_not_of(" \t\r\n"), content.size()));
    const auto matches = [&](const Signature& foreign) { return start.starts_with(foreign.prefix); };
    if (const auto found = std::ranges::find_if(kForeign, matches); found != kForeign.end()) return found->what;
    return is_text(content) ? "text" : "";
}

/// `error` as decoding gave it, or a better one if the content is plainly something else.
Error name_foreign(ByteView content, Error error) {
    const auto name = foreign_name(as_text(content));
    if (name.empty()) return error;
    return to_error({Invariant::not_a_profile, {0, OffsetSpace::inflated}, fmt::format("this is {}", name)});
}

Error gzip_error(const GzipFailure& failure) {
    return to_error({from_gzip(failure.fault), {failure.offset, OffsetSpace::stored}, ""});
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

Loader::Loader(Limits limits, Validation validation) : limits_(limits), validation_(validation) {}

Result<Loader::Content> Loader::load(const std::string& path) {
    const auto read = read_input(path, limits_.input_bytes, stored_);
    if (!read) return fail_in(input_name(path), read.error());
    return load_bytes(stored_.view(), input_name(path));
}

Result<Loader::Content> Loader::load_bytes(ByteView stored, const std::string& name) {
    stored_bytes_ = stored.size();
    inflated_bytes_ = 0;
    auto content = decode(stored);
    if (content) return content;
    if (!looks_gzipped(stored) && content.error().offset) content.error().offset->space = OffsetSpace::stored;
    return fail_in(name, std::move(content.error()));
}

Result<Loader::Content> Loader::decode(ByteView stored) {
    Budget budget(std::min(limits_.decode_budget(stored.size()), limits_.inflated_bytes));
    ByteView content = stored;
    if (looks_gzipped(stored)) {
        const auto inflated = gunzip(stored, budget, inflated_);
        if (!inflated) return std::unexpected(gzip_error(inflated.error()));
        content = inflated_.view();
    }
    inflated_bytes_ = content.size();
    if (looks_preprofile(stored)) {
        auto edges = decode_preprofile(stored);
        if (!edges) return std::unexpected(std::move(edges.error()));
        edges_ = std::move(*edges);
        return &edges_;
    }
    return decode_profile(content, budget);
}

Result<Loader::Content> Loader::decode_profile(ByteView content, Budget& budget) {
    const auto decoded = decode_pprof(content, limits_, budget, raw_);
    if (!decoded) return std::unexpected(name_foreign(content, decoded.error()));
    if (validation_ == Validation::require && !content.empty()) {
        const auto sound = require_invariants(raw_);
        if (!sound) return std::unexpected(name_foreign(content, sound.error()));
    }
    return &raw_;
}

Result<const RawProfile*> load_profile(Loader& loader, const std::string& path) {
    return require_profile(loader.load(path), loader, input_name(path));
}

Result<const RawProfile*> load_profile_bytes(Loader& loader, ByteView stored, const std::string& name) {
    return require_profile(loader.load_bytes(stored, name), loader, name);
}

}  // namespace pgoprof
