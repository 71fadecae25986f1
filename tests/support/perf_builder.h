// perf.data files of a test's own making, where perf cannot be had to record what is to be tested.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace pgoprof::testing {

template <typename T>
std::string little_endian(T value) {
    std::string bytes;
    for (std::size_t i = 0; i < sizeof(T); ++i) bytes += static_cast<char>(value >> 8 * i);
    return bytes;
}

inline std::string word(std::uint64_t value) { return little_endian(value); }
inline std::string half(std::uint32_t value) { return little_endian(value); }

inline std::string words(std::initializer_list<std::uint64_t> values) {
    std::string bytes;
    for (const auto value : values) bytes += word(value);
    return bytes;
}

inline std::string perf_record(std::uint32_t type, std::uint16_t misc, const std::string& body) {
    return half(type) + little_endian(misc) + little_endian(static_cast<std::uint16_t>(body.size() + 8)) + body;
}

/// A name with its NULs: at least one, up to a multiple of 8.
inline std::string padded(std::string_view name) {
    std::string bytes(name);
    return bytes.append(8 - bytes.size() % 8, '\0');
}

struct PerfAttr {
    std::uint32_t type = 1;
    std::uint64_t config = 0;
    std::uint64_t period = 1000;
    std::uint64_t sample_type = 0;
    std::uint64_t read_format = 0;
    std::uint64_t flags = 0;
    std::uint64_t branch_sample_type = 0;
    std::uint64_t registers = 0;
    std::uint32_t stack_bytes = 0;
    std::vector<std::uint64_t> ids{};

    std::string bytes() const {
        const std::string head = half(type) + half(96) + words({config, period, sample_type, read_format, flags});
        return head + words({0, 0, 0, branch_sample_type, registers}) + half(stack_bytes) + half(0);
    }
    std::string id_bytes() const {
        std::string bytes;
        for (const auto id : ids) bytes += word(id);
        return bytes;
    }
};

/// A file without features.
inline std::string perf_file(const std::vector<PerfAttr>& attrs, const std::string& records) {
    constexpr std::uint64_t kHeader = 104;
    constexpr std::uint64_t kAttr = 112;
    const std::uint64_t ids_at = kHeader + kAttr * attrs.size();
    std::string entries;
    std::string ids;
    for (const auto& attr : attrs) {
        entries += attr.bytes() + words({ids_at + ids.size(), 8 * attr.ids.size()});
        ids += attr.id_bytes();
    }
    const std::string header = "PERFILE2" + words({kHeader, kAttr, kHeader, entries.size(), ids_at + ids.size(),
                                                   records.size(), 0, 0, 0, 0, 0, 0});
    return header + entries + ids + records;
}

/// What a pipe carries.
inline std::string perf_pipe(const std::vector<PerfAttr>& attrs, const std::string& records) {
    constexpr std::uint32_t kHeaderAttr = 64;
    std::string bytes = "PERFILE2" + word(16);
    for (const auto& attr : attrs) bytes += perf_record(kHeaderAttr, 0, attr.bytes() + attr.id_bytes());
    return bytes + records;
}

}  // namespace pgoprof::testing
