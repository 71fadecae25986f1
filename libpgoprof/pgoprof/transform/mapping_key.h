// When two mappings are one.
#pragma once

#include <cstdint>
#include <string_view>

#include "pgoprof/model/raw_profile.h"

namespace pgoprof {

/// Equal where a merge makes the mappings one (google/pprof's profile.mappingKey).
struct RawMappingKey {
    std::string_view identity;  ///< build id, or else file
    std::uint64_t file_offset = 0;
    std::uint64_t rounded_size = 0;  ///< up to 4 KiB

    friend bool operator==(const RawMappingKey&, const RawMappingKey&) = default;
};

inline RawMappingKey mapping_key(const RawProfile& raw, const RawMapping& mapping) {
    constexpr std::uint64_t kPage = 4096;
    const std::string_view build_id = raw.string(mapping.build_id);
    const std::uint64_t size = mapping.memory_limit - mapping.memory_start;  // wraps, as the peer's does
    return {.identity = build_id.empty() ? raw.string(mapping.filename) : build_id,
            .file_offset = mapping.file_offset,
            .rounded_size = (size + kPage - 1) / kPage * kPage};
}

}  // namespace pgoprof
