#include "pgoprof/model/profile_builder.h"

#include <algorithm>

#include "pgoprof/base/checked.h"
#include "pgoprof/base/hash.h"

namespace pgoprof {

FunctionId ProfileBuilder::function(std::string_view name, std::string_view filename, std::int64_t start_line) {
    const StringId name_id = string(name);
    return function({.name = name_id, .system_name = name_id, .filename = string(filename), .start_line = start_line});
}

FunctionId ProfileBuilder::function(const Function& function) {
    const std::uint64_t names =
        hash_mix(hash_mix(hash_mix(1, function.name.value), function.system_name.value), function.filename.value);
    const std::uint64_t hash = hash_mix(names, static_cast<std::uint64_t>(function.start_line));
    const auto is_wanted = [&](std::uint32_t id) { return profile.functions[id] == function; };
    const auto append = [&] {
        profile.functions.push_back(function);
        return static_cast<std::uint32_t>(profile.functions.size() - 1);
    };
    return FunctionId{functions_.find_or_insert(hash, is_wanted, append)};
}

LocationId ProfileBuilder::location(MappingId mapping, std::uint64_t address, std::span<const Line> lines) {
    return location(Location{.mapping = mapping, .address = address}, lines);
}

LocationId ProfileBuilder::location(const Location& location, std::span<const Line> lines) {
    std::uint64_t hash = hash_mix(hash_mix(1, location.mapping.value), location.address);
    for (const Line& line : lines)
        hash = hash_mix(hash_mix(hash, line.function.value), static_cast<std::uint64_t>(line.line));
    const auto is_wanted = [&](std::uint32_t id) {
        const Location& known = profile.locations[id];
        return known.mapping == location.mapping && known.address == location.address &&
               known.is_folded == location.is_folded && std::ranges::equal(profile.location_lines(known), lines);
    };
    const auto append = [&] {
        Location added = location;
        added.lines_begin = static_cast<std::uint32_t>(profile.lines.size());
        added.lines_count = static_cast<std::uint32_t>(lines.size());
        profile.locations.push_back(added);
        profile.lines.insert(profile.lines.end(), lines.begin(), lines.end());
        return static_cast<std::uint32_t>(profile.locations.size() - 1);
    };
    return LocationId{locations_.find_or_insert(hash, is_wanted, append)};
}

void ProfileBuilder::reserve_samples(std::size_t samples, std::size_t frames) {
    profile.reserve_samples(samples, frames, 0);
    samples_.reserve(samples);
}

Result<> ProfileBuilder::add_sample(std::span<const LocationId> stack, std::span<const std::int64_t> values,
                                    std::span<const Label> labels) {
    std::uint64_t hash = 1;
    for (const LocationId id : stack) hash = hash_mix(hash, id.value);
    for (const Label& label : labels)
        hash = hash_mix(hash_mix(hash, label.key.value), label.str.value ^ static_cast<std::uint64_t>(label.num));
    bool is_new = false;
    const auto is_wanted = [&](std::uint32_t id) {
        return std::ranges::equal(profile.sample_stack(id), stack) &&
               std::ranges::equal(profile.sample_labels(id), labels);
    };
    const auto append = [&] {
        is_new = true;
        profile.add_sample(stack, values, labels);
        return static_cast<std::uint32_t>(profile.sample_count() - 1);
    };
    const std::uint32_t id = samples_.find_or_insert(hash, is_wanted, append);
    if (is_new) return {};
    const std::span<std::int64_t> sums = profile.sample_values(id);
    for (std::size_t i = 0; i < sums.size(); ++i) {
        if (add_checked(sums[i], values[i])) continue;
        return fail({.code = ErrorCode::overflow, .message = "a sum of values overflows 64 bits", .rule = "PGO126"});
    }
    return {};
}

}  // namespace pgoprof
