// What a pprof file must satisfy before anything here works with it: the one list.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "pgoprof/base/gzip.h"
#include "pgoprof/base/result.h"
#include "pgoprof/model/raw_profile.h"

namespace pgoprof {

/// Rules PGO101... in the order of `invariant_infos()`, which is that of their making. The ones about containers and
/// the wire format end a decode where they are violated; the rest are checked on the whole RawProfile.
enum class Invariant : std::uint8_t {
    // container
    gzip_header,
    gzip_truncated,
    gzip_corrupt,
    gzip_checksum,
    gzip_trailing_data,
    size_limit,
    not_a_profile,
    // wire format
    wire_truncated,
    wire_bad_varint,
    wire_unknown_type,
    wire_type_mismatch,
    // structure
    string_table_start,
    string_index,
    sample_type_missing,
    value_count,
    mapping_id_zero,
    mapping_id_duplicate,
    function_id_zero,
    function_id_duplicate,
    location_id_zero,
    location_id_duplicate,
    function_unknown,
    location_unknown,
    mapping_unknown,
    unread_string_index,
    weight_overflow,
    // GO PREPROFILE V1
    preprofile_malformed,
    preprofile_duplicate_edge,
    // structure again
    unread_location_unknown,
};

/// What the Go compiler does with a file that violates the invariant.
enum class GoBehaviour : std::uint8_t {
    refuses,  ///< an error that ends the build
    crashes,  ///< preprofile panics
    accepts,  ///< only we refuse; docs/formats.md says why
};

struct InvariantInfo {
    std::string_view id;       ///< "PGO101"
    std::string_view name;     ///< "gzip-header"
    std::string_view summary;  ///< one line: what is wrong
    GoBehaviour go;
};

std::span<const InvariantInfo> invariant_infos();
const InvariantInfo& info(Invariant invariant);

struct Violation {
    Invariant invariant;
    Offset offset;
    std::string detail;  ///< one line, escaped by whoever prints it
};

/// An Error with the invariant's rule id.
Error to_error(Violation violation);

Error to_error(const GzipFailure& failure);

/// The size_limit of a decode's budget, which --max-input-size raises; of other limits, to_error.
Error over_budget(Offset offset, std::string detail);

/// Calls `report` for each violation of the structural invariants, in a fixed order, until it returns false.
/// Returns whether there was none.
bool check_invariants(const RawProfile& profile, const std::function<bool(Violation)>& report);

// The two parts of it, for a profile whose samples come in batches.
bool check_tables(const RawProfile& profile, const std::function<bool(Violation)>& report);
bool check_samples(const RawProfile& tables, const RawSamples& batch, const std::function<bool(Violation)>& report);

/// The first violation as an error.
Result<> require_invariants(const RawProfile& profile);
Result<> require_tables(const RawProfile& profile);
Result<> require_samples(const RawProfile& tables, const RawSamples& batch);

}  // namespace pgoprof
