#include "pgoprof/codec/preprofile.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "pgoprof/base/checked.h"
#include "pgoprof/base/hash_index.h"
#include "pgoprof/model/invariants.h"

namespace pgoprof {
namespace {

/// bufio.Scanner's buffer: a line and its newline must fit.
constexpr std::size_t kMaxLineBytes = 64 * 1024 - 1;

/// What the tables that find an edge and its two names take at most, where they have just grown.
constexpr std::uint64_t kBytesToFindEdge = 128;

/// A decimal as Go's strconv.ParseInt(text, 10, 64) takes it: a sign and digits, nothing else.
std::optional<std::int64_t> parse_int(std::string_view text) {
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-')) return std::nullopt;
    }
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

class Decoder {
public:
    Decoder(std::string_view text, const Limits& limits, Budget& budget)
        : text_(text), limits_(limits), budget_(budget) {}

    Result<EdgeProfile> run() {
        at_ = kPreprofileHeader.size();
        if (!budget_.charge(2 * text_.size())) no_memory();  // all names, in a block that has just grown
        while (!error_ && at_ < text_.size()) read_entry();
        if (error_) return std::unexpected(std::move(*error_));
        if (out_.total_weight == 0) {
            return EdgeProfile{.ignored =
                                   out_.edges.empty() ? SilentlyIgnored::no_samples : SilentlyIgnored::zero_weight};
        }
        return std::move(out_);
    }

private:
    void read_entry() {
        const std::size_t begin = at_;
        const auto caller = read_line("caller");
        const auto callee = read_line("callee");
        const auto numbers = read_line("weight");
        if (error_) return;
        const std::size_t space = numbers.find(' ');
        if (space == numbers.npos) return malformed(begin, "expected a call site offset and a weight");
        const auto offset = parse_int(numbers.substr(0, space));
        const auto weight = parse_int(numbers.substr(space + 1));
        if (!offset || !weight) return malformed(begin, "expected a call site offset and a weight");
        add({.caller = out_.names.intern(caller),
             .callee = out_.names.intern(callee),
             .call_site_offset = *offset,
             .weight = *weight},
            begin);
    }

    std::string_view read_line(std::string_view what) {
        if (error_) return {};
        if (at_ == text_.size()) {
            malformed(at_, fmt::format("the entry has no {}", what));
            return {};
        }
        const std::size_t end = std::min(text_.find('\n', at_), text_.size());
        if (end - at_ > kMaxLineBytes) {
            malformed(at_, "a line of more than 64 KiB");
            return {};
        }
        auto line = text_.substr(at_, end - at_);
        if (end - at_ > limits_.string_bytes) {
            fail(Invariant::size_limit, at_, fmt::format("a line of {} bytes", end - at_));
            return {};
        }
        at_ = std::min(end + 1, text_.size());
        if (line.ends_with('\r')) line.remove_suffix(1);  // as bufio.ScanLines
        return line;
    }

    void add(const CallEdge& edge, std::size_t begin) {
        if (!budget_.charge(kBytesToFindEdge)) return no_memory();
        const auto equal = [&](std::uint32_t id) { return same_edge(out_.edges[id], edge); };
        const auto next = static_cast<std::uint32_t>(out_.edges.size());
        if (index_.find_or_insert(edge_hash(edge), equal, [&] { return next; }) != next) {
            return fail(Invariant::preprofile_duplicate_edge, begin, "");
        }
        if (!budget_.append(out_.edges, edge)) return no_memory();
        if (!add_checked(out_.total_weight, edge.weight)) fail(Invariant::weight_overflow, begin, "edge weights");
    }

    void no_memory() {
        error_ = over_budget({at_, OffsetSpace::stored}, "decoding it needs more memory than is allowed");
    }

    void malformed(std::size_t at, std::string detail) { fail(Invariant::preprofile_malformed, at, std::move(detail)); }

    void fail(Invariant invariant, std::size_t at, std::string detail) {
        error_ = to_error({invariant, {at, OffsetSpace::stored}, std::move(detail)});
    }

    std::string_view text_;
    const Limits& limits_;
    Budget& budget_;
    std::size_t at_ = 0;
    EdgeProfile out_;
    HashIndex index_;
    std::optional<Error> error_;
};

}  // namespace

bool looks_preprofile(ByteView data) { return as_text(data).starts_with(kPreprofileHeader); }

Result<EdgeProfile> decode_preprofile(ByteView data, const Limits& limits, Budget& budget) {
    return Decoder(as_text(data), limits, budget).run();
}

Buffer encode_preprofile(const EdgeProfile& profile) {
    Buffer out;
    const auto append_number = [&](std::int64_t number) {
        const fmt::format_int digits(number);
        out.append(std::string_view(digits.data(), digits.size()));
    };
    out.append(kPreprofileHeader);
    for (const CallEdge& edge : profile.edges) {
        out.append(profile.names[edge.caller]);
        out.append("\n");
        out.append(profile.names[edge.callee]);
        out.append("\n");
        append_number(edge.call_site_offset);
        out.append(" ");
        append_number(edge.weight);
        out.append("\n");
    }
    return out;
}

}  // namespace pgoprof
