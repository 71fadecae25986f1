// A pprof message decoded, and what it refers to.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "pgoprof/codec/pprof.h"
#include "pgoprof/model/invariants.h"

namespace pgoprof::testing {

/// Requires that `bytes` are a sound profile.
class Raw {
public:
    explicit Raw(std::string bytes) : bytes_(std::move(bytes)) {
        Budget budget(kGiB);
        REQUIRE(decode_pprof(as_bytes(bytes_), Limits{}, budget, raw_));
        REQUIRE(require_invariants(raw_));
    }
    Raw(const Raw&) = delete;
    Raw& operator=(const Raw&) = delete;

    const RawProfile& operator*() const { return raw_; }

private:
    std::string bytes_;
    RawProfile raw_;
};

}  // namespace pgoprof::testing
