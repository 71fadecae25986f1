// Labels that look as if they said something about a person.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "pgoprof/model/raw_profile.h"

namespace pgoprof::detail {

/// What of a profile's labels is suspicious, by key: the kind of value, or nothing if it is the key that is. Values are
/// named by kind alone: they do not belong into a log.
using SuspiciousLabels = std::map<std::string_view, std::string_view>;

/// Looks at each string once, batch by batch.
class PersonalLabels {
public:
    explicit PersonalLabels(const RawProfile& tables) : tables_(tables), judged_(tables.strings.size()) {}

    void add(const RawSamples& batch);

    SuspiciousLabels take() && { return std::move(found_); }

private:
    enum Role : std::uint8_t { kKey = 1, kValue = 2 };

    bool first_look(std::int64_t string, Role role);
    void add(const RawLabel& label, std::string_view kind);

    const RawProfile& tables_;
    std::vector<std::uint8_t> judged_;  // roles in which a string was looked at
    SuspiciousLabels found_;
};

}  // namespace pgoprof::detail
