// Stacks of addresses, each kept once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pgoprof/base/hash_index.h"
#include "pgoprof/base/result.h"

namespace pgoprof {

/// Where a stack's callers come from.
enum class CallersFrom : std::uint8_t {
    frame_pointers,  ///< and the first address is the leaf's: its caller may be lost
    nowhere,         ///< there is the leaf alone: its caller lies beyond the copied stack
    complete,        ///< nothing to repair
};

/// Memory grows with the distinct stacks, not with the samples.
class AddressStacks {
public:
    struct Totals {
        std::uint64_t samples = 0;
        std::uint64_t periods = 0;
    };

    /// `periods` is the sum of all of the samples' periods. Errors: overflow.
    Result<> add(std::span<const std::uint64_t> addresses, CallersFrom callers, const Totals& totals);

    std::size_t size() const { return records_.size(); }
    std::span<const std::uint64_t> addresses(std::size_t i) const {
        return std::span(addresses_).subspan(records_[i].begin, records_[i].count);
    }
    CallersFrom callers(std::size_t i) const { return records_[i].callers; }
    const Totals& totals(std::size_t i) const { return records_[i].totals; }

private:
    struct Record {
        std::size_t begin = 0;
        std::uint32_t count = 0;
        CallersFrom callers = CallersFrom::complete;
        Totals totals{};
    };

    HashIndex index_;
    std::vector<Record> records_;
    std::vector<std::uint64_t> addresses_;
};

}  // namespace pgoprof
