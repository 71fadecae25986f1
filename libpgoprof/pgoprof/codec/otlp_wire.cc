#include "pgoprof/codec/otlp_wire.h"

#include <fmt/format.h>

namespace pgoprof {

Result<> OtlpWire::expect(const WireField& field, WireType type) const {
    if (field.type == type) return {};
    return other_version(field.begin, fmt::format("field {} has another type", field.number));
}

Result<> OtlpWire::take(const WireField& field, std::uint64_t& out) const {
    out = field.value;
    return expect(field, WireType::varint);
}

Result<> OtlpWire::take(const WireField& field, std::int64_t& out) const {
    out = static_cast<std::int64_t>(field.value);
    return expect(field, WireType::varint);
}

Result<> OtlpWire::take(const WireField& field, ByteView& out) const {
    out = field.data;
    return expect(field, WireType::bytes);
}

Result<> OtlpWire::take_index(const WireField& field, std::size_t size, std::uint32_t& out) const {
    if (auto expected = expect(field, WireType::varint); !expected) return expected;
    if (field.value >= size) return damaged(field.begin, fmt::format("index {} is not in its table", field.value));
    out = static_cast<std::uint32_t>(field.value);
    return {};
}

Result<> OtlpWire::append_varints(const WireField& field, std::vector<std::uint64_t>& out) const {
    if (field.type == WireType::varint) {
        out.push_back(field.value);
        return {};
    }
    if (auto expected = expect(field, WireType::bytes); !expected) return expected;
    WireReader reader(field.data);
    while (!reader.at_end()) {
        std::uint64_t value;
        if (!reader.read_varint(value)) return damaged(reader.position(), "a bad varint");
        out.push_back(value);
    }
    return {};
}

Result<> OtlpWire::count_fixed(const WireField& field, std::size_t& count) const {
    constexpr std::size_t kSize = sizeof(std::uint64_t);
    if (field.type == WireType::fixed64) {
        ++count;
        return {};
    }
    if (auto expected = expect(field, WireType::bytes); !expected) return expected;
    if (field.data.size() % kSize != 0) return other_version(field.begin, "timestamps are not of 64 bits");
    count += field.data.size() / kSize;
    return {};
}

std::unexpected<Error> OtlpWire::damaged(const std::byte* at, std::string message) const {
    return fail({.message = std::move(message),
                 .offset = Offset{static_cast<std::uint64_t>(at - data_.data()), OffsetSpace::inflated}});
}

std::unexpected<Error> OtlpWire::other_version(const std::byte* at, std::string why) const {
    auto error = damaged(at, fmt::format("OTLP profiles of another version than 1.9.0 to 1.11.0: {}", why));
    error.error().remedy =
        "the format is still changing: have the sender use opentelemetry-proto 1.9.0 to 1.11.0, or "
        "export pprof";
    return error;
}

}  // namespace pgoprof
