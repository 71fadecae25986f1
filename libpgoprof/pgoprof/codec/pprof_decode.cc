#include <fmt/format.h>

#include <limits>

#include "pgoprof/codec/pprof.h"
#include "pgoprof/codec/wire.h"
#include "pgoprof/model/invariants.h"

namespace pgoprof {
namespace {

/// One decode. Every function returns false after it has set `error_`.
class Decoder {
public:
    Decoder(ByteView data, const Limits& limits, Budget& budget, RawProfile& out)
        : data_(data), limits_(limits), budget_(budget), out_(out) {}

    Result<> all() {
        if (const auto done = begin(); !done) return done;
        const auto decode = [&](const WireField& field) {
            return message(field, [&](ByteView m) { return sample(m); });
        };
        if (!profile(decode) || !end_samples(WireIndex<RawLocation>(out_.locations))) return failure();
        out_.sample_total = out_.sample_count();
        return {};
    }

    Result<> tables() {
        if (const auto done = begin(); !done) return done;
        std::uint32_t begin = 0;  // of the batch
        const auto count = [&](const WireField& field) {
            if (field.type != WireType::bytes) return type_mismatch(field.begin, field.number, field.type);
            const std::uint32_t at = offset_of(field.begin);
            const bool next = out_.sample_total++ % kBatchSamples == 0 || at - begin >= kBatchBytes;
            if (!next) return true;
            begin = at;
            return append(out_.batch_begins, at, field.begin);
        };
        if (!profile(count)) return failure();
        return {};
    }

    /// Of the samples those in `fields`, which is part of `data`.
    Result<> batch(ByteView fields, const WireIndex<RawLocation>& locations) {
        out_.clear_samples();
        if (locations.dense()) known_locations_ = locations.size();
        const auto decode = [&](const WireField& field) { return field.number != kSample || sample(field.data); };
        if (!each_field(fields, decode) || !end_samples(locations)) return failure();
        return {};
    }

private:
    static constexpr std::uint64_t kSample = 2;  ///< Profile.sample's number

    // A batch fits in a core's cache, unless a sample is larger.
    static constexpr std::uint64_t kBatchSamples = 1024;
    static constexpr std::uint32_t kBatchBytes = 64 * kBatchSamples;

    /// A wire id in `RawProfile::stacks` that 32 bits do not hold.
    struct WideId {
        std::size_t place;
        std::uint64_t id;
    };

    Result<> begin() {
        out_.clear();
        if (data_.size() <= limits_.inflated_bytes) return {};
        too_large(data_.data(), fmt::format("the message has {} bytes", data_.size()));
        return failure();
    }

    Result<> failure() { return std::unexpected(std::move(error_)); }

    template <typename OnSample>
    bool profile(const OnSample& on_sample) {
        return each_field(data_, [&](const WireField& field) {
            switch (field.number) {
                case 1:
                    return message(field, [&](ByteView m) { return value_type(m, out_.sample_types); });
                case kSample:
                    return on_sample(field);
                case 3:
                    return message(field, [&](ByteView m) { return mapping(m); });
                case 4:
                    return message(field, [&](ByteView m) { return location(m); });
                case 5:
                    return message(field, [&](ByteView m) { return function(m); });
                case 6:
                    return message(field, [&](ByteView m) { return string(m); });
                case 7:
                    return varint(field, out_.drop_frames);
                case 8:
                    return varint(field, out_.keep_frames);
                case 9:
                    return varint(field, out_.time_nanos);
                case 10:
                    return varint(field, out_.duration_nanos);
                case 11:
                    return message(field, [&](ByteView m) { return value_type(m, out_.period_type.emplace()); });
                case 12:
                    return varint(field, out_.period);
                case 13:
                    return varints(field, out_.comments);
                case 14:
                    return varint(field, out_.default_sample_type);
                case 15:
                    return unread_varint(field, out_.doc_url);
                default:
                    return true;
            }
        });
    }

    bool value_type(ByteView message, std::vector<RawValueType>& types) {
        if (types.size() == limits_.sample_types) {
            return too_large(message.data(), fmt::format("more than {} sample types", limits_.sample_types));
        }
        RawValueType type;
        return value_type(message, type) && append(types, type, message.data());
    }

    bool value_type(ByteView message, RawValueType& type) {
        type.offset = offset(message);
        return each_field(message, [&](const WireField& field) {
            switch (field.number) {
                case 1:
                    return varint(field, type.type);
                case 2:
                    return varint(field, type.unit);
                default:
                    return true;
            }
        });
    }

    bool sample(ByteView message) {
        const std::size_t first_location = out_.stacks.size();
        if (!begin_sample(message.data())) return false;
        WireReader reader(message);
        ByteView packed;
        if (reader.next_bytes<1>(packed) && !location_ids(packed)) return false;
        if (reader.next_bytes<2>(packed) && !varints(packed, out_.values)) return false;
        for (std::int64_t value; reader.next_varint<2>(value);) {  // Go packs from three on
            if (!append(out_.values, value, message.data())) return false;
        }
        const bool decoded = each_field(reader, [&](const WireField& field) {
            switch (field.number) {
                case 1:
                    return field.type == WireType::bytes ? location_ids(field.data) : location_id(field);
                case 2:
                    return varints(field, out_.values);
                case 3:
                    return this->message(field, [&](ByteView m) { return label(m); });
                default:
                    return true;
            }
        });
        if (decoded && out_.stacks.size() - first_location > limits_.stack_depth) {
            return too_large(message.data(), fmt::format("a stack of more than {} locations", limits_.stack_depth));
        }
        return decoded;
    }

    /// Also ends the sample before it.
    bool begin_sample(const std::byte* at) {
        const auto size = [](const auto& vector) { return static_cast<std::uint32_t>(vector.size()); };
        const RawSample begin{size(out_.stacks), size(out_.values), size(out_.labels), offset_of(at)};
        return append(out_.sample_begins, begin, at);
    }

    /// Of a stack. They become positions once all locations are known: for now they are as good as 32 bits can say.
    bool location_ids(ByteView packed) {
        if (packed.size() <= limits_.stack_depth && holds_ids(packed, offset_of(packed.data()), known_locations_)) {
            return ends_of_stack(packed);
        }
        std::size_t place = out_.stacks.size();
        bool in_budget = true;
        const auto note_wide = [&](std::uint64_t id) { in_budget &= note_if_wide(place++, id); };
        return varints(packed, out_.stacks, note_wide) && (in_budget || no_memory(packed.data()));
    }

    /// Of a stack that is sound.
    bool ends_of_stack(ByteView packed) {
        WireReader leafmost(packed);
        std::uint64_t id = 0;
        for (int place = 0; place < 2 && leafmost.read_varint(id); ++place) {
            if (!append(out_.stacks, static_cast<std::uint32_t>(id), packed.data())) return false;
        }
        if (leafmost.at_end()) return true;
        WireReader outermost(packed.subspan(static_cast<std::size_t>(last_varint(packed) - packed.data())));
        outermost.read_varint(id);
        return append(out_.stacks, static_cast<std::uint32_t>(id), packed.data());
    }

    bool location_id(const WireField& field) {
        if (!note_if_wide(out_.stacks.size(), field.value)) return no_memory(field.begin);
        return varints(field, out_.stacks);
    }

    bool note_if_wide(std::size_t place, std::uint64_t id) {
        return id <= std::numeric_limits<std::uint32_t>::max() || budget_.append(wide_ids_, {place, id});
    }

    /// Of all samples that are there.
    bool end_samples(const WireIndex<RawLocation>& locations) {
        if (out_.sample_begins.empty()) return true;
        if (!begin_sample(data_.data() + data_.size())) return false;
        resolve_stacks(locations);
        return true;
    }

    void resolve_stacks(const WireIndex<RawLocation>& locations) {
        const auto position = [&](std::uint64_t id) {
            return locations.find(id).value_or(RawProfile::kUnknownLocation);
        };
        if (locations.dense()) {
            const auto size = static_cast<std::uint32_t>(locations.size());
            for (std::uint32_t& id : out_.stacks) id = id - 1 < size ? id - 1 : RawProfile::kUnknownLocation;
        } else {
            for (std::uint32_t& id : out_.stacks) id = position(id);
        }
        for (const WideId& wide : wide_ids_) out_.stacks[wide.place] = position(wide.id);
        wide_ids_.clear();
    }

    bool label(ByteView message) {
        RawLabel label{.offset = offset(message)};
        return each_field(message,
                          [&](const WireField& field) {
                              switch (field.number) {
                                  case 1:
                                      return varint(field, label.key);
                                  case 2:
                                      return varint(field, label.str);
                                  case 3:
                                      return varint(field, label.num);
                                  case 4:
                                      return unread_varint(field, label.num_unit);
                                  default:
                                      return true;
                              }
                          }) &&
               append(out_.labels, label, message.data());
    }

    bool mapping(ByteView message) {
        RawMapping mapping{.offset = offset(message)};
        return each_field(message,
                          [&](const WireField& field) {
                              switch (field.number) {
                                  case 1:
                                      return varint(field, mapping.id);
                                  case 2:
                                      return varint(field, mapping.memory_start);
                                  case 3:
                                      return varint(field, mapping.memory_limit);
                                  case 4:
                                      return varint(field, mapping.file_offset);
                                  case 5:
                                      return varint(field, mapping.filename);
                                  case 6:
                                      return varint(field, mapping.build_id);
                                  case 7:
                                      return varint(field, mapping.has_functions);
                                  case 8:
                                      return varint(field, mapping.has_filenames);
                                  case 9:
                                      return varint(field, mapping.has_line_numbers);
                                  case 10:
                                      return varint(field, mapping.has_inline_frames);
                                  default:
                                      return true;
                              }
                          }) &&
               append(out_.mappings, mapping, message.data());
    }

    bool location(ByteView message) {
        RawLocation location{.lines_begin = static_cast<std::uint32_t>(out_.lines.size()), .offset = offset(message)};
        WireReader reader(message);
        reader.next_varint<1>(location.id);
        reader.next_varint<2>(location.mapping_id);
        reader.next_varint<3>(location.address);
        for (ByteView lines; reader.next_bytes<4>(lines); ++location.lines_count) {
            if (!line(lines)) return false;
        }
        return each_field(reader,
                          [&](const WireField& field) {
                              switch (field.number) {
                                  case 1:
                                      return varint(field, location.id);
                                  case 2:
                                      return varint(field, location.mapping_id);
                                  case 3:
                                      return varint(field, location.address);
                                  case 4:
                                      ++location.lines_count;
                                      return this->message(field, [&](ByteView m) { return line(m); });
                                  case 5:
                                      return unread_varint(field, location.is_folded);
                                  default:
                                      return true;
                              }
                          }) &&
               append(out_.locations, location, message.data());
    }

    bool line(ByteView message) {
        RawLine line;
        WireReader reader(message);
        reader.next_varint<1>(line.function_id);
        reader.next_varint<2>(line.line);
        return each_field(reader,
                          [&](const WireField& field) {
                              switch (field.number) {
                                  case 1:
                                      return varint(field, line.function_id);
                                  case 2:
                                      return varint(field, line.line);
                                  case 3:
                                      return unread_varint(field, line.column);
                                  default:
                                      return true;
                              }
                          }) &&
               append(out_.lines, line, message.data());
    }

    bool function(ByteView message) {
        RawFunction function{.offset = offset(message)};
        WireReader reader(message);
        reader.next_varint<1>(function.id);
        reader.next_varint<2>(function.name);
        reader.next_varint<3>(function.system_name);
        reader.next_varint<4>(function.filename);
        reader.next_varint<5>(function.start_line);
        return each_field(reader,
                          [&](const WireField& field) {
                              switch (field.number) {
                                  case 1:
                                      return varint(field, function.id);
                                  case 2:
                                      return varint(field, function.name);
                                  case 3:
                                      return varint(field, function.system_name);
                                  case 4:
                                      return varint(field, function.filename);
                                  case 5:
                                      return varint(field, function.start_line);
                                  default:
                                      return true;
                              }
                          }) &&
               append(out_.functions, function, message.data());
    }

    bool string(ByteView text) {
        if (text.size() > limits_.string_bytes) {
            return too_large(text.data(), fmt::format("a string of {} bytes", text.size()));
        }
        return append(out_.strings, as_text(text), text.data());
    }

    template <typename OnField>
    bool each_field(ByteView message, OnField on_field) {
        return each_field(WireReader(message), on_field);
    }

    /// What is left of a message.
    template <typename OnField>
    bool each_field(WireReader reader, OnField on_field) {
        if (reader.at_end()) return true;
        WireField field;
        while (reader.read_field(field)) {
            if (!on_field(field)) return false;
        }
        if (reader.fault() == WireFault::unknown_type) return unknown_type(field.begin, field.number, field.type);
        return reader.fault() == WireFault::none || wire_error(reader);
    }

    template <typename Decode>
    bool message(const WireField& field, Decode decode) {
        return field.type == WireType::bytes ? decode(field.data)
                                             : type_mismatch(field.begin, field.number, field.type);
    }

    template <typename T>
    bool varint(const WireField& field, T& out) {
        if (field.type != WireType::varint) return type_mismatch(field.begin, field.number, field.type);
        out = static_cast<T>(field.value);
        return true;
    }

    /// For fields that Go's internal/profile does not know: to it, a foreign wire type is no error.
    template <typename T>
    bool unread_varint(const WireField& field, T& out) {
        return field.type != WireType::varint || varint(field, out);
    }

    /// A repeated scalar: packed, or one element of it.
    template <typename T>
    bool varints(const WireField& field, std::vector<T>& out) {
        if (field.type == WireType::bytes) return varints(field.data, out);
        T element{};
        return varint(field, element) && append(out, element, field.begin);
    }

    template <typename T>
    bool varints(ByteView packed, std::vector<T>& out) {
        return varints(packed, out, [](std::uint64_t /*value*/) {});
    }

    /// `visit` is shown each value at full width, unless all are small.
    template <typename T, typename Visit>
    bool varints(ByteView packed, std::vector<T>& out, const Visit& visit) {
        const std::size_t begin = out.size();
        if (!budget_.extend(out, count_varints(packed))) return no_memory(packed.data());
        T* next = out.data() + begin;
        if (read_short_varints(packed, next)) return true;
        WireReader reader(packed);
        for (std::uint64_t value; !reader.at_end(); *next++ = static_cast<T>(value)) {
            if (!reader.read_varint(value)) return wire_error(reader);
            visit(value);
        }
        return true;
    }

    template <typename T>
    bool append(std::vector<T>& vector, const T& value, const std::byte* at) {
        return budget_.append(vector, value) || no_memory(at);
    }

    [[gnu::cold]] bool no_memory(const std::byte* at) {
        error_ = over_budget({offset_of(at), OffsetSpace::inflated}, "decoding it needs more memory than is allowed");
        return false;
    }

    bool wire_error(const WireReader& reader) { return wire_error(reader.position(), reader.fault()); }

    [[gnu::cold]] bool wire_error(const std::byte* at, WireFault fault) {
        if (fault == WireFault::bad_varint) return error(Invariant::wire_bad_varint, at, "it has more than ten bytes");
        return error(Invariant::wire_truncated, at, "a field runs past the end of its message");
    }

    // Of a field by its parts: where nothing refers to one, its parts stay in registers.
    [[gnu::cold]] bool unknown_type(const std::byte* at, std::uint64_t number, WireType type) {
        return error(Invariant::wire_unknown_type, at,
                     fmt::format("field {} has wire type {}", number, static_cast<int>(type)));
    }

    [[gnu::cold]] bool type_mismatch(const std::byte* at, std::uint64_t number, WireType type) {
        return error(Invariant::wire_type_mismatch, at,
                     fmt::format("field {} has wire type {}", number, static_cast<int>(type)));
    }

    [[gnu::cold]] bool too_large(const std::byte* at, std::string detail) {
        return error(Invariant::size_limit, at, std::move(detail));
    }

    bool error(Invariant invariant, const std::byte* at, std::string detail) {
        error_ = to_error({invariant, {offset_of(at), OffsetSpace::inflated}, std::move(detail)});
        return false;
    }

    std::uint32_t offset_of(const std::byte* at) const { return static_cast<std::uint32_t>(at - data_.data()); }
    std::uint32_t offset(ByteView message) const { return offset_of(message.data()); }

    ByteView data_;
    const Limits& limits_;
    Budget& budget_;
    RawProfile& out_;
    std::uint64_t known_locations_ = 0;  ///< if it is known that they have the ids 1, 2, 3... to this
    std::vector<WideId> wide_ids_;
    Error error_;
};

}  // namespace

Result<> decode_pprof(ByteView data, const Limits& limits, Budget& budget, RawProfile& out) {
    return Decoder(data, limits, budget, out).all();
}

Result<> decode_pprof_tables(ByteView data, const Limits& limits, Budget& budget, RawProfile& out) {
    return Decoder(data, limits, budget, out).tables();
}

Result<> decode_pprof_batch(ByteView data, const Limits& limits, Budget& budget, const RawProfile& tables,
                            const WireIndex<RawLocation>& locations, std::size_t batch, RawProfile& out) {
    const auto& begins = tables.batch_begins;
    const std::size_t begin = begins[batch];
    const std::size_t end = batch + 1 < begins.size() ? begins[batch + 1] : data.size();
    return Decoder(data, limits, budget, out).batch(data.subspan(begin, end - begin), locations);
}

}  // namespace pgoprof
