// Reading the messages of OTLP profiles.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/result.h"
#include "pgoprof/codec/wire.h"

namespace pgoprof {

/// Walks messages within one buffer, and says where in it they are at fault.
class OtlpWire {
public:
    explicit OtlpWire(ByteView data) : data_(data) {}

    /// Calls `visit(field)`, which gives a Result<>, for each field of `message`.
    template <typename Visit>
    Result<> each_field(ByteView message, const Visit& visit) const {
        WireReader reader(message);
        for (WireField field; reader.read_field(field);) {
            if (auto visited = visit(field); !visited) return visited;
        }
        if (reader.fault() == WireFault::none) return {};
        return damaged(reader.position(), "an OTLP message breaks off, or is no protobuf");
    }

    // What a field of a known number must be: the numbers have had other meanings in other versions.
    Result<> expect(const WireField& field, WireType type) const;
    Result<> take(const WireField& field, std::uint64_t& out) const;
    Result<> take(const WireField& field, std::int64_t& out) const;
    Result<> take(const WireField& field, ByteView& out) const;
    /// An index into a table of `size`.
    Result<> take_index(const WireField& field, std::size_t size, std::uint32_t& out) const;
    /// Appends a repeated scalar's elements, packed or not.
    Result<> append_varints(const WireField& field, std::vector<std::uint64_t>& out) const;
    /// How many elements a repeated fixed64 has.
    Result<> count_fixed(const WireField& field, std::size_t& count) const;

    std::unexpected<Error> damaged(const std::byte* at, std::string message) const;
    std::unexpected<Error> other_version(const std::byte* at, std::string why) const;

private:
    ByteView data_;
};

}  // namespace pgoprof
