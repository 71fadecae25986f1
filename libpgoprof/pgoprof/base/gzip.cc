// The member structure of RFC 1952 read as Go's compress/gzip reads it (gunzip.go), around raw inflate.
//
// libdeflate inflates; where it refuses, zlib's inflate, whose verdicts are those of Go's compress/flate, has the last
// word: it also tells a stream that was cut from one that makes no sense. What libdeflate 1.14 lets pass and Go refuses
// is known (tests/oracle/test_gzip.py): more than 286 literal or 30 distance code lengths, a repetition beyond the last
// code length, a distance for which there is no code, the fixed codes' length symbols 286 and 287. No compressor writes
// these, and CRC-32 and size must be right nevertheless, so only a file made for the purpose gets through. Refusing it
// would take an inflate at two fifths of the speed.
#include "pgoprof/base/gzip.h"

#include <libdeflate.h>
#define ZLIB_CONST
#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <optional>

#include "pgoprof/base/huge_pages.h"

namespace pgoprof {
namespace {

constexpr std::byte kMagic1{0x1f};
constexpr std::byte kMagic2{0x8b};
constexpr std::byte kMethodDeflate{8};
constexpr std::size_t kFixedHeaderBytes = 10;
constexpr std::size_t kTrailerBytes = 8;
constexpr std::size_t kLongestName = 511;                  // Go reads a name and its NUL into 512 bytes
constexpr std::uint64_t kLarge = std::uint64_t{16} << 20;  // from here on huge pages pay
constexpr std::uint64_t kHighestRatio = 1032;              // of deflate: 258 bytes from two bits

enum HeaderFlag : unsigned { header_crc = 2, extra_field = 4, file_name = 8, comment = 16 };

std::uint32_t little_endian(ByteView bytes) {
    std::uint32_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | std::to_integer<std::uint32_t>(bytes[i]);
    return value;
}

std::uint32_t crc32_of(ByteView bytes) { return libdeflate_crc32(0, bytes.data(), bytes.size()); }

// ---- raw deflate ----

enum class Inflation : std::uint8_t { complete, truncated, corrupt, needs_space };

struct Inflated {
    Inflation outcome;
    std::size_t consumed = 0;
    std::size_t produced = 0;
};

using Decompressor = std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)>;
using Compressor = std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)>;

template <typename T>
T* allocated(T* pointer) {
    if (pointer == nullptr) throw std::bad_alloc();
    return pointer;
}

Inflation outcome_of(int zlib_status, const z_stream& stream) {
    if (zlib_status == Z_STREAM_END) return Inflation::complete;
    if (zlib_status == Z_MEM_ERROR) throw std::bad_alloc();
    if (zlib_status != Z_OK && zlib_status != Z_BUF_ERROR) return Inflation::corrupt;
    return stream.avail_out == 0 ? Inflation::needs_space : Inflation::truncated;
}

/// zlib counts in 32 bits, hence the slices.
Inflated inflate_with_zlib(ByteView deflated, std::span<std::byte> space) {
    constexpr std::size_t kSlice = std::size_t{1} << 30;
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
    const std::unique_ptr<z_stream, decltype(&inflateEnd)> cleanup(&stream, &inflateEnd);

    std::size_t consumed = 0;
    std::size_t produced = 0;
    int status = Z_OK;
    for (bool stuck = false; status == Z_OK && !stuck;) {
        const std::size_t in = std::min(deflated.size() - consumed, kSlice);
        const std::size_t room = std::min(space.size() - produced, kSlice);
        std::byte nowhere{};  // zlib wants an address even where there is no room
        stream.next_in = reinterpret_cast<const Bytef*>(deflated.data() + consumed);
        stream.avail_in = static_cast<uInt>(in);
        stream.next_out = reinterpret_cast<Bytef*>(room == 0 ? &nowhere : space.data() + produced);
        stream.avail_out = static_cast<uInt>(room);
        status = inflate(&stream, Z_NO_FLUSH);
        stuck = stream.avail_in == in && stream.avail_out == room;
        consumed += in - stream.avail_in;
        produced += room - stream.avail_out;
    }
    return {outcome_of(status, stream), consumed, produced};
}

class Inflater {
public:
    /// Inflates the deflate stream that `deflated` begins with.
    Inflated inflate(ByteView deflated, std::span<std::byte> space) {
        Inflated result{Inflation::complete};
        switch (libdeflate_deflate_decompress_ex(decompressor_.get(), deflated.data(), deflated.size(), space.data(),
                                                 space.size(), &result.consumed, &result.produced)) {
            case LIBDEFLATE_SUCCESS:
                return result;
            case LIBDEFLATE_INSUFFICIENT_SPACE:
                return {Inflation::needs_space};
            default:
                return inflate_with_zlib(deflated, space);
        }
    }

private:
    Decompressor decompressor_{allocated(libdeflate_alloc_decompressor()), &libdeflate_free_decompressor};
};

// ---- members ----

/// Walks over the members of `data`; every step gives the fault that ends the walk, if any.
class MemberReader {
public:
    using Fault = std::optional<GzipFailure>;

    explicit MemberReader(ByteView data) : data_(data) {}

    bool at_end() const { return position_ == data_.size(); }

    Fault read_header() {
        begin_ = position_;
        const bool first = begin_ == 0;
        const ByteView rest = data_.subspan(begin_);
        if (!is_header_start(rest.first(std::min(rest.size(), kFixedHeaderBytes))))
            return fault(first ? GzipFault::bad_header : GzipFault::trailing_data);
        if (!skip(kFixedHeaderBytes)) return truncated();
        return read_optional_parts(std::to_integer<unsigned>(rest[3]));
    }

    /// Inflates into `space`. On success `produced` says how much of it was used.
    Fault read_content(Inflater& inflater, std::span<std::byte> space, std::size_t& produced) {
        begin_ = position_;
        const Inflated inflated = inflater.inflate(data_.subspan(position_), space);
        switch (inflated.outcome) {
            case Inflation::truncated:
                return truncated();
            case Inflation::corrupt:
                return fault(GzipFault::corrupt);
            case Inflation::needs_space:
                return fault(GzipFault::too_large);
            case Inflation::complete:
                break;
        }
        position_ += inflated.consumed;
        produced = inflated.produced;
        return std::nullopt;
    }

    Fault read_trailer(ByteView content) {
        begin_ = position_;
        if (!skip(kTrailerBytes)) return truncated();
        const std::uint32_t crc = little_endian(data_.subspan(begin_, 4));
        const std::uint32_t size = little_endian(data_.subspan(begin_ + 4, 4));
        if (crc != crc32_of(content) || size != static_cast<std::uint32_t>(content.size()))
            return fault(GzipFault::bad_checksum);
        return std::nullopt;
    }

private:
    static bool is_header_start(ByteView bytes) {
        constexpr std::array kStart{kMagic1, kMagic2, kMethodDeflate};
        return std::equal(bytes.begin(),
                          bytes.begin() + static_cast<std::ptrdiff_t>(std::min(bytes.size(), kStart.size())),
                          kStart.begin());
    }

    Fault read_optional_parts(unsigned flags) {
        if ((flags & extra_field) != 0) {
            const std::size_t length_at = position_;
            if (!skip(2) || !skip(little_endian(data_.subspan(length_at, 2)))) return truncated();
        }
        if ((flags & file_name) != 0) {
            if (const Fault failed = skip_string()) return failed;
        }
        if ((flags & comment) != 0) {
            if (const Fault failed = skip_string()) return failed;
        }
        if ((flags & header_crc) != 0) {
            const ByteView header = data_.subspan(begin_, position_ - begin_);
            if (!skip(2)) return truncated();
            if (little_endian(data_.subspan(position_ - 2, 2)) != (crc32_of(header) & 0xffff))
                return fault(GzipFault::bad_header);
        }
        return std::nullopt;
    }

    Fault skip_string() {
        const ByteView longest = data_.subspan(position_).first(std::min(data_.size() - position_, kLongestName + 1));
        const auto nul = std::find(longest.begin(), longest.end(), std::byte{0});
        if (nul == longest.end()) return longest.size() > kLongestName ? fault(GzipFault::bad_header) : truncated();
        position_ += static_cast<std::size_t>(nul - longest.begin()) + 1;
        return std::nullopt;
    }

    bool skip(std::size_t bytes) {
        if (data_.size() - position_ < bytes) return false;
        position_ += bytes;
        return true;
    }

    GzipFailure fault(GzipFault fault) const { return {fault, begin_}; }
    GzipFailure truncated() const { return {GzipFault::truncated, data_.size()}; }

    ByteView data_;
    std::size_t position_ = 0;
    std::size_t begin_ = 0;  ///< of the part being read
};

/// Inflates all members into `space`; gives the bytes used.
std::expected<std::size_t, GzipFailure> inflate_members(ByteView data, Inflater& inflater, std::span<std::byte> space) {
    MemberReader reader(data);
    std::size_t used = 0;
    do {
        if (const auto failed = reader.read_header()) return std::unexpected(*failed);
        std::size_t produced = 0;
        if (const auto failed = reader.read_content(inflater, space.subspan(used), produced))
            return std::unexpected(*failed);
        if (const auto failed = reader.read_trailer(space.subspan(used, produced))) return std::unexpected(*failed);
        used += produced;
    } while (!reader.at_end());
    return used;
}

/// A guess at the inflated size: the trailer's, which is right for one honest member.
std::uint64_t guess_size(ByteView data) {
    const std::uint64_t stored = data.size();
    const std::uint64_t claimed = stored < 4 ? 0 : little_endian(data.last(4));
    return std::clamp(claimed, stored, stored * kHighestRatio);
}

}  // namespace

bool looks_gzipped(ByteView data) { return data.size() >= 2 && data[0] == kMagic1 && data[1] == kMagic2; }

// Where the space does not suffice, everything is inflated again into twice as much: the old block is freed before the
// new one is allocated, so the budget is what is in use at any moment. What is charged in the end is the inflated size,
// whatever `out` had allocated before: else the verdict on an input would depend on the inputs before it.
std::expected<void, GzipFailure> gunzip(ByteView data, Budget& budget, Buffer& out) {
    const std::uint64_t limit = budget.left();
    Inflater inflater;
    out.clear();
    for (std::uint64_t space = std::max<std::uint64_t>(guess_size(data), out.capacity());; space *= 2) {
        space = std::min(space, limit);
        if (space > out.capacity()) {
            out = Buffer();
            const bool large = space >= kLarge;
            // Small inputs come in numbers: room for the next one, of which nothing takes memory that is not used.
            if (!large) space = std::min(space + space / 4, limit);
            out.reserve(space);
            if (large) advise_huge_pages(out.data(), space);
        }
        const auto used = inflate_members(data, inflater, {out.data(), space});
        if (used) {
            out.resize(*used);
            static_cast<void>(budget.charge(*used));  // fits: `used` is at most `limit`
            return {};
        }
        if (used.error().fault != GzipFault::too_large || space == limit) return std::unexpected(used.error());
    }
}

Buffer gzip(ByteView data, int level) {
    constexpr std::array<unsigned char, kFixedHeaderBytes> kHeader{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};
    const Compressor compressor(allocated(libdeflate_alloc_compressor(level)), &libdeflate_free_compressor);
    const std::size_t bound = libdeflate_deflate_compress_bound(compressor.get(), data.size());

    Buffer out;
    out.reserve(kHeader.size() + bound + kTrailerBytes);
    out.append(std::as_bytes(std::span(kHeader)));
    const std::size_t deflated =
        libdeflate_deflate_compress(compressor.get(), data.data(), data.size(), out.data() + out.size(), bound);
    out.resize(out.size() + deflated);

    std::array<std::byte, kTrailerBytes> trailer;
    const std::uint64_t checks = static_cast<std::uint64_t>(data.size()) << 32 | crc32_of(data);
    for (std::size_t i = 0; i < trailer.size(); ++i) trailer[i] = static_cast<std::byte>(checks >> (8 * i) & 0xff);
    out.append(trailer);
    return out;
}

}  // namespace pgoprof
