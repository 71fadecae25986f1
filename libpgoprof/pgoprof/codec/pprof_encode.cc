#include <bit>
#include <cstring>

#include "pgoprof/codec/pprof.h"
#include "pgoprof/codec/wire.h"

namespace pgoprof {
namespace {

constexpr std::size_t varint_size(std::uint64_t value) {
    return (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7;
}

/// Appends fields to a buffer. Scalars at their default are left out, as proto3 has it.
class WireWriter {
public:
    explicit WireWriter(Buffer& out) : out_(out) {}

    template <typename T>
    void varint(std::uint32_t field, T value) {
        if (value == T{}) return;
        tag(field, WireType::varint);
        raw_varint(static_cast<std::uint64_t>(value));
    }

    void string(std::uint32_t field, StringId id) { varint(field, id.value); }

    void bytes(std::uint32_t field, std::string_view text) {
        tag(field, WireType::bytes);
        raw_varint(text.size());
        out_.append(text);
    }

    /// A packed repeated scalar; `value_of` maps an element to what is written.
    template <typename Range, typename ValueOf>
    void packed(std::uint32_t field, const Range& range, ValueOf value_of) {
        if (range.empty()) return;
        const std::size_t begin = begin_bytes(field);
        reserve(range.size() * kLongestVarint);
        std::byte* at = out_.data() + out_.size();
        for (const auto& element : range) at = put_varint(at, value_of(element));
        out_.resize(static_cast<std::size_t>(at - out_.data()));
        put_length(begin);
    }

    /// A nested message.
    template <typename Fill>
    void message(std::uint32_t field, Fill fill) {
        const std::size_t begin = begin_bytes(field);
        fill();
        put_length(begin);
    }

private:
    static constexpr std::size_t kLongestVarint = 10;

    void tag(std::uint32_t field, WireType type) { raw_varint(field << 3 | static_cast<std::uint32_t>(type)); }

    void raw_varint(std::uint64_t value) {
        reserve(kLongestVarint);
        const std::byte* const end = put_varint(out_.data() + out_.size(), value);
        out_.resize(static_cast<std::size_t>(end - out_.data()));
    }

    /// Where the length of what follows will stand. It mostly takes one byte, for which room is left.
    std::size_t begin_bytes(std::uint32_t field) {
        tag(field, WireType::bytes);
        reserve(kLongestVarint);
        out_.resize(out_.size() + 1);
        return out_.size() - 1;
    }

    void put_length(std::size_t begin) {
        const std::size_t size = out_.size() - begin - 1;
        const std::size_t more = varint_size(size) - 1;
        reserve(kLongestVarint);
        std::byte* const length = out_.data() + begin;
        if (more != 0) std::memmove(length + 1 + more, length + 1, size);
        for (std::size_t i = 0; i < more; ++i) length[i] = static_cast<std::byte>(size >> (7 * i) | 0x80);
        length[more] = static_cast<std::byte>(size >> (7 * more));
        out_.resize(out_.size() + more);
    }

    void reserve(std::size_t bytes) {
        const std::size_t size = out_.size() + bytes;
        if (size > out_.capacity()) out_.reserve(std::max<std::size_t>(size, 2 * out_.capacity()));
    }

    /// Where it ends.
    static std::byte* put_varint(std::byte* at, std::uint64_t value) {
        if (value < 0x4000)
            [[likely]] {  // one byte or two, which nobody can predict: write two, count without a branch
            const std::uint32_t more = value > 0x7f ? 1 : 0;
            const auto low = static_cast<std::uint32_t>(value);
            const auto both = static_cast<std::uint16_t>((low & 0x7f) | more << 7 | (low << 1 & 0x7f00));
            static_assert(std::endian::native == std::endian::little);
            std::memcpy(at, &both, sizeof(both));
            return at + 1 + more;
        }
        for (; value >= 0x80; value >>= 7) *at++ = static_cast<std::byte>(value | 0x80);
        *at++ = static_cast<std::byte>(value);
        return at;
    }

    Buffer& out_;
};

/// profile.proto's ids count from 1; 0 is none, as the one after kNone is here.
template <typename Tag>
std::uint32_t wire_id(Id<Tag> id) {
    static_assert(kNone<Id<Tag>>.value + 1 == 0);
    return id.value + 1;
}

void encode_value_type(WireWriter& out, std::uint32_t field, const ValueType& type) {
    out.message(field, [&] {
        out.string(1, type.type);
        out.string(2, type.unit);
    });
}

void encode_label(WireWriter& out, const Label& label) {
    out.message(3, [&] {
        out.string(1, label.key);
        out.string(2, label.str);
        out.varint(3, label.num);
        out.string(4, label.num_unit);
    });
}

void encode_sample(WireWriter& out, const SampleView& sample) {
    out.message(2, [&] {
        out.packed(1, sample.stack, [](LocationId id) { return wire_id(id); });
        out.packed(2, sample.values, [](std::int64_t v) { return static_cast<std::uint64_t>(v); });
        for (const Label& label : sample.labels) encode_label(out, label);
    });
}

void encode_mapping(WireWriter& out, const Mapping& mapping, std::uint64_t id) {
    out.message(3, [&] {
        out.varint(1, id);
        out.varint(2, mapping.memory_start);
        out.varint(3, mapping.memory_limit);
        out.varint(4, mapping.file_offset);
        out.string(5, mapping.filename);
        out.string(6, mapping.build_id);
        out.varint(7, mapping.has_functions);
        out.varint(8, mapping.has_filenames);
        out.varint(9, mapping.has_line_numbers);
        out.varint(10, mapping.has_inline_frames);
    });
}

void encode_location(WireWriter& out, const Profile& profile, const Location& location, std::uint64_t id) {
    out.message(4, [&] {
        out.varint(1, id);
        out.varint(2, wire_id(location.mapping));
        out.varint(3, location.address);
        for (const Line& line : profile.location_lines(location)) {
            out.message(4, [&] {
                out.varint(1, wire_id(line.function));
                out.varint(2, line.line);
                out.varint(3, line.column);
            });
        }
        out.varint(5, location.is_folded);
    });
}

void encode_function(WireWriter& out, const Function& function, std::uint64_t id) {
    out.message(5, [&] {
        out.varint(1, id);
        out.string(2, function.name);
        out.string(3, function.system_name);
        out.string(4, function.filename);
        out.varint(5, function.start_line);
    });
}

/// What comes after the samples. `go_on` is asked after each record of the large tables.
template <typename GoOn>
void encode_tables(WireWriter& out, const Profile& profile, const GoOn& go_on) {
    std::uint64_t id = 0;
    for (const Mapping& mapping : profile.mappings) encode_mapping(out, mapping, ++id);
    id = 0;
    for (const Location& location : profile.locations) {
        encode_location(out, profile, location, ++id);
        if (!go_on()) return;
    }
    id = 0;
    for (const Function& function : profile.functions) {
        encode_function(out, function, ++id);
        if (!go_on()) return;
    }
    for (std::uint32_t i = 0; i < profile.strings.size(); ++i) {
        out.bytes(6, profile.strings[StringId{i}]);
        if (!go_on()) return;
    }
    out.string(7, profile.drop_frames);
    out.string(8, profile.keep_frames);
    out.varint(9, profile.time_nanos);
    out.varint(10, profile.duration_nanos);
    if (profile.period_type) encode_value_type(out, 11, *profile.period_type);
    out.varint(12, profile.period);
    out.packed(13, profile.comments, [](StringId comment) { return std::uint64_t{comment.value}; });
    out.string(14, profile.default_sample_type);
    out.string(15, profile.doc_url);
}

/// `visit_samples` is given a VisitSample, or what may be one.
template <typename VisitSamples>
Result<> encode(const Profile& head, const VisitSamples& visit_samples, const WriteBytes& write) {
    constexpr std::size_t kPiece = 64 * kKiB;
    Buffer buffer;
    WireWriter out(buffer);
    Result<> written;
    const auto hand_over = [&] {
        written = write(buffer.view());
        buffer.clear();
        return written.has_value();
    };
    const auto go_on = [&] { return buffer.size() < kPiece || hand_over(); };

    for (const ValueType& type : head.sample_types) encode_value_type(out, 1, type);
    visit_samples([&](const SampleView& sample) {
        encode_sample(out, sample);
        return go_on();
    });
    if (written) encode_tables(out, head, go_on);
    if (written) hand_over();
    return written;
}

SampleView sample_view(const Profile& profile, std::size_t i) {
    return {profile.sample_stack(i), profile.sample_values(i), profile.sample_labels(i)};
}

}  // namespace

Buffer encode_pprof(const Profile& profile) {
    Buffer buffer;
    WireWriter out(buffer);
    for (const ValueType& type : profile.sample_types) encode_value_type(out, 1, type);
    for (std::size_t i = 0; i < profile.sample_count(); ++i) encode_sample(out, sample_view(profile, i));
    encode_tables(out, profile, [] { return true; });
    return buffer;
}

Result<> encode_pprof(const Profile& profile, const WriteBytes& write) {
    const auto visit_samples = [&](const auto& visit) {
        for (std::size_t i = 0; i < profile.sample_count() && visit(sample_view(profile, i)); ++i) continue;
    };
    return encode(profile, visit_samples, write);
}

Result<> encode_pprof(const StreamedProfile& profile, const WriteBytes& write) {
    return encode(profile.head, profile.visit_samples, write);
}

}  // namespace pgoprof
