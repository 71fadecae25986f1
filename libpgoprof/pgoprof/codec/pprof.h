// The pprof wire format (profile.proto).
#pragma once

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"
#include "pgoprof/base/write_bytes.h"
#include "pgoprof/model/profile.h"
#include "pgoprof/model/raw_profile.h"

namespace pgoprof {

/// Decodes an inflated pprof message into `out`, whose allocations are reused. As lenient as Go's internal/profile:
/// unknown fields of any kind are skipped, repeated fields may be packed or not, fields come in any order, the last of
/// a repeated singular field wins. Fields that Go does not read (columns, is_folded, label units, doc_url) are skipped
/// if they have a foreign wire type. Faults of the wire format are errors with the inflated offset and rule
/// PGO108...PGO111; everything above the wire format is left to check_invariants. `budget` is charged before memory
/// grows. `out` refers to `data`.
Result<> decode_pprof(ByteView data, const Limits& limits, Budget& budget, RawProfile& out);

/// The same in two steps, for what looks at each sample once: first everything but the samples, of which `batch_begins`
/// says where to find them. A fault in a sample is found by the second step only.
Result<> decode_pprof_tables(ByteView data, const Limits& limits, Budget& budget, RawProfile& out);

/// Then the samples, batch by batch, in any order and on any thread: number `batch` of those in `tables`, whose
/// `locations` are given, replaces the samples in `out`. Nothing else of `out` is touched. All of a stack is checked,
/// but what stands between its two leaf-most locations and its outermost one may be left out.
Result<> decode_pprof_batch(ByteView data, const Limits& limits, Budget& budget, const RawProfile& tables,
                            const WireIndex<RawLocation>& locations, std::size_t batch, RawProfile& out);

/// The canonical encoding: fields in order of their numbers, packed where profile.proto has repeated scalars, defaults
/// left out, ids 1, 2, 3, ... Not compressed.
Buffer encode_pprof(const Profile& profile);

/// The same encoding, handed to `write` piece by piece. The first error of `write` ends it.
Result<> encode_pprof(const Profile& profile, const WriteBytes& write);
Result<> encode_pprof(const StreamedProfile& profile, const WriteBytes& write);

}  // namespace pgoprof
