// The records of perf.data, and a cursor over their fields (linux/perf_event.h; tools/perf/Documentation/
// perf.data-file-format.txt). All is little-endian: recordings of the other byte order are refused.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/result.h"

namespace pgoprof::perf {

/// The records that are read; all others are passed over. From 64 on, perf wrote them itself.
enum RecordType : std::uint32_t {
    kMmap = 1,
    kLost = 2,
    kComm = 3,
    kFork = 7,
    kSample = 9,
    kMmap2 = 10,
    kLostSamples = 13,
    kFirstOfPerf = 64,
    kHeaderAttr = 64,
    kTracingData = 66,
    kHeaderBuildId = 67,
    kFinishedRound = 68,
    kAuxtrace = 71,
    kEventUpdate = 78,
    kHeaderFeature = 80,
    kCompressed = 81,
    kCompressed2 = 83,
};

/// Bits of a record's `misc`.
inline constexpr std::uint16_t kModeMask = 7;
inline constexpr std::uint16_t kModeUser = 2;
inline constexpr std::uint16_t kCommByExec = 1 << 13;
inline constexpr std::uint16_t kForkWritten = 1 << 13;  ///< by perf, of a process older than the recording
inline constexpr std::uint16_t kMmapBuildId = 1 << 14;
inline constexpr std::uint16_t kBuildIdSized = 1 << 15;

inline constexpr std::size_t kRecordHeaderBytes = 8;

/// Reads fields off the front of `data`. Past the end every field is 0 or empty and `ok()` is false from then on, so
/// that one look at the end is enough; what a field counts is checked by the field that it counts.
class Cursor {
public:
    explicit Cursor(ByteView data) : data_(data) {}

    bool ok() const { return ok_; }
    ByteView left() const { return data_; }

    template <typename T>
    T take() {
        static_assert(std::endian::native == std::endian::little && std::is_unsigned_v<T>);
        T value = 0;
        if (const ByteView bytes = take_bytes(sizeof(T)); ok_) std::memcpy(&value, bytes.data(), sizeof(T));
        return value;
    }

    ByteView take_bytes(std::uint64_t count) {
        ok_ = ok_ && count <= data_.size();
        if (!ok_) return {};
        const ByteView bytes = data_.first(count);
        data_ = data_.subspan(count);
        return bytes;
    }

    void skip(std::uint64_t count) { take_bytes(count); }

    /// `count` words of 8 bytes; there is no product that could overflow.
    ByteView take_words(std::uint64_t count) {
        ok_ = ok_ && count <= data_.size() / 8;
        return take_bytes(ok_ ? count * 8 : 0);
    }

    /// What is left, up to the first NUL.
    std::string_view take_name() {
        const std::string_view text = as_text(data_);
        data_ = {};
        return text.substr(0, text.find('\0'));
    }

private:
    ByteView data_;
    bool ok_ = true;
};

struct Record {
    std::uint32_t type = 0;
    std::uint16_t misc = 0;
    ByteView body;  ///< without the header

    const std::byte* begin() const { return body.data() - kRecordHeaderBytes; }
};

/// The record at the front of `data`; false if it does not end in there.
inline bool take_record(ByteView& data, Record& record) {
    Cursor fields(data);
    record.type = fields.take<std::uint32_t>();
    record.misc = fields.take<std::uint16_t>();
    const auto size = fields.take<std::uint16_t>();
    if (size < kRecordHeaderBytes || size > data.size()) return false;
    record.body = fields.take_bytes(size - kRecordHeaderBytes);
    data = data.subspan(size);
    return true;
}

/// A record that take_record has given before.
inline Record record_at(const std::byte* begin) {
    Cursor fields({begin, kRecordHeaderBytes});
    Record record{.type = fields.take<std::uint32_t>(), .misc = fields.take<std::uint16_t>(), .body = {}};
    record.body = {begin + kRecordHeaderBytes, fields.take<std::uint16_t>() - kRecordHeaderBytes};
    return record;
}

/// Whether `data` may be the beginning of a record, and more is to come.
inline bool is_part_of_record(ByteView data) {
    Cursor fields(data);
    fields.skip(6);
    const auto size = fields.take<std::uint16_t>();
    return !fields.ok() || size > data.size();
}

/// Some records say how many bytes follow them that are no records. False if those do not end in `data`.
inline bool skip_payload(const Record& record, ByteView& data) {
    Cursor fields(record.body);
    std::uint64_t bytes = 0;
    if (record.type == kTracingData) bytes = fields.take<std::uint32_t>();
    if (record.type == kAuxtrace) bytes = fields.take<std::uint64_t>();
    if (!fields.ok() || bytes > data.size()) return false;
    data = data.subspan(bytes);
    return true;
}

inline std::unexpected<Error> fail_at(std::uint64_t offset, std::string message,
                                      ErrorCode code = ErrorCode::invalid_content) {
    return fail(Error{.code = code, .message = std::move(message), .offset = Offset{.value = offset}});
}

inline std::unexpected<Error> fail_truncated(std::uint64_t offset, std::string message) {
    return fail(Error{.message = std::move(message),
                      .remedy = "perf was killed, or the disk was full: record again",
                      .offset = Offset{.value = offset}});
}

}  // namespace pgoprof::perf
