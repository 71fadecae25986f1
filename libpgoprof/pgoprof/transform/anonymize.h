// Profiles that tell nothing of whose program they are of.
#pragma once

#include <cstddef>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/result.h"
#include "pgoprof/model/profile.h"

namespace pgoprof {

struct AnonymousProfile {
    Profile profile;
    std::size_t replaced = 0;  ///< distinct names of functions
    std::size_t kept = 0;      ///< distinct names: of the standard library
};

/// Replaces what could identify a program by pseudonyms, which are the same wherever `key` is (HMAC-SHA-256, of which
/// 64 bits are kept), and cannot be traced back or guessed without it.
///
/// Kept: names of the standard library and the runtime; of others, what the compiler adds ("main", "init", "func1",
/// "-fm", receivers' form) and the shape (package, type, method); numbers: lines, addresses, times, values, sample
/// types; a comment that merging left. Replaced: packages, names in packages, type arguments as a whole, files, mapped
/// files and build ids; C functions. Files of the standard library lose their directories. Dropped: labels, comments,
/// doc_url, drop_frames and keep_frames.
///
/// To the compiler's call edges this is a renaming, one to one: weights, hot set and threshold are the same. Errors: as
/// tidy.
Result<AnonymousProfile> anonymize(const Profile& profile, ByteView key);

}  // namespace pgoprof
