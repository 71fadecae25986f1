#include "pgoprof/model/invariants.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace pgoprof {
namespace {

using enum GoBehaviour;

// In the order of the enum. Ids never change their meaning; new ones go to the end.
constexpr std::array kInfos{
    InvariantInfo{"PGO101", "gzip-header", "malformed gzip header", refuses},
    InvariantInfo{"PGO102", "gzip-truncated", "truncated gzip stream", refuses},
    InvariantInfo{"PGO103", "gzip-corrupt", "corrupt gzip stream", refuses},
    InvariantInfo{"PGO104", "gzip-checksum", "gzip checksum or size does not match the data", refuses},
    InvariantInfo{"PGO105", "gzip-trailing-data", "garbage after the gzip stream", refuses},
    InvariantInfo{"PGO106", "size-limit", "the profile exceeds a size limit", accepts},
    InvariantInfo{"PGO107", "not-a-profile", "not a pprof profile", refuses},
    InvariantInfo{"PGO108", "wire-truncated", "truncated profile", refuses},
    InvariantInfo{"PGO109", "wire-bad-varint", "malformed varint", refuses},
    InvariantInfo{"PGO110", "wire-unknown-type", "unknown wire type", refuses},
    InvariantInfo{"PGO111", "wire-type-mismatch", "a field has the wrong wire type", refuses},
    InvariantInfo{"PGO112", "string-table-start", "the string table does not begin with the empty string", refuses},
    InvariantInfo{"PGO113", "string-index", "a string index is outside the string table", refuses},
    InvariantInfo{"PGO114", "sample-type-missing", "samples without sample types", refuses},
    InvariantInfo{"PGO115", "value-count", "a sample has not one value per sample type", refuses},
    InvariantInfo{"PGO116", "mapping-id-zero", "a mapping has the reserved id 0", refuses},
    InvariantInfo{"PGO117", "mapping-id-duplicate", "two mappings have the same id", refuses},
    InvariantInfo{"PGO118", "function-id-zero", "a function has the reserved id 0", refuses},
    InvariantInfo{"PGO119", "function-id-duplicate", "two functions have the same id", refuses},
    InvariantInfo{"PGO120", "location-id-zero", "a location has the reserved id 0", refuses},
    InvariantInfo{"PGO121", "location-id-duplicate", "two locations have the same id", refuses},
    InvariantInfo{"PGO122", "function-unknown", "a line refers to a function that does not exist", refuses},
    InvariantInfo{"PGO123", "location-unknown", "a sample's leaf or its caller is at a location that does not exist",
                  crashes},
    InvariantInfo{"PGO124", "mapping-unknown", "a location refers to a mapping that does not exist", accepts},
    InvariantInfo{"PGO125", "unread-string-index", "a string index that Go does not read is outside the string table",
                  accepts},
    InvariantInfo{"PGO126", "weight-overflow", "a sum of values does not fit in 64 bits", accepts},
    InvariantInfo{"PGO127", "preprofile-malformed", "malformed GO PREPROFILE V1 file", refuses},
    InvariantInfo{"PGO128", "preprofile-duplicate-edge", "duplicate edge in a GO PREPROFILE V1 file", refuses},
    InvariantInfo{"PGO129", "unread-location-unknown",
                  "a stack refers, where Go does not read it, to a location that does not exist", accepts},
};
static_assert(kInfos.size() == static_cast<std::size_t>(Invariant::unread_location_unknown) + 1);

using Report = std::function<bool(Violation)>;

/// Every check goes through `violated`, which asks the caller whether to go on.
class Checker {
public:
    Checker(const RawProfile& tables, const RawSamples& samples, const Report& report)
        : raw_(tables), samples_(samples), report_(report) {}

    bool tables() {
        mappings_.build(raw_.mappings);
        functions_.build(raw_.functions);
        const WireIndex<RawLocation> locations(raw_.locations);
        strings();
        header();
        ids(raw_.mappings, mappings_, "mapping", Invariant::mapping_id_zero, Invariant::mapping_id_duplicate);
        ids(raw_.functions, functions_, "function", Invariant::function_id_zero, Invariant::function_id_duplicate);
        ids(raw_.locations, locations, "location", Invariant::location_id_zero, Invariant::location_id_duplicate);
        for (const RawMapping& mapping : raw_.mappings) check(mapping);
        for (const RawFunction& function : raw_.functions) check(function);
        for (const RawLocation& location : raw_.locations) check(location);
        return sound_;
    }

    bool samples() {
        unknown_locations_ = has_unknown_locations();
        for (std::size_t i = 0; i < samples_.sample_count() && !stopped_; ++i) check_sample(i);
        return sound_;
    }

private:
    void strings() {
        if (raw_.strings.empty()) {
            violated(Invariant::string_table_start, 0, "there is no string table");
        } else if (!raw_.strings[0].empty()) {
            violated(Invariant::string_table_start, 0, fmt::format("it begins with {} bytes", raw_.strings[0].size()));
        }
    }

    void header() {
        for (const RawValueType& type : raw_.sample_types) check(type);
        if (raw_.period_type) check(*raw_.period_type);
        string(raw_.drop_frames, 0, "drop_frames");
        string(raw_.keep_frames, 0, "keep_frames");
        for (const std::int64_t comment : raw_.comments) string(comment, 0, "comment");
        string(raw_.default_sample_type, 0, "default_sample_type");
        unread_string(raw_.doc_url, 0, "doc_url");
        if (raw_.sample_types.empty() && raw_.sample_total != 0) {
            violated(Invariant::sample_type_missing, 0, fmt::format("there are {} samples", raw_.sample_total));
        }
    }

    template <typename Record>
    void ids(const std::vector<Record>& records, const WireIndex<Record>& index, std::string_view kind, Invariant zero,
             Invariant duplicate) {
        if (index.dense()) return;
        for (std::uint32_t i = 0; i < records.size() && !stopped_; ++i) {
            const Record& record = records[i];
            if (record.id == 0) {
                violated(zero, record.offset, fmt::format("{} number {} of {}", kind, i + 1, records.size()));
            } else if (index.find(record.id) != i) {
                violated(duplicate, record.offset, fmt::format("{} id {}", kind, record.id));
            }
        }
    }

    void check(const RawValueType& type) {
        string(type.type, type.offset, "type");
        string(type.unit, type.offset, "unit");
    }

    void check(const RawMapping& mapping) {
        string(mapping.filename, mapping.offset, "filename");
        string(mapping.build_id, mapping.offset, "build_id");
    }

    void check(const RawFunction& function) {
        string(function.name, function.offset, "name");
        string(function.system_name, function.offset, "system_name");
        string(function.filename, function.offset, "filename");
    }

    void check(const RawLocation& location) {
        if (location.mapping_id != 0 && !mappings_.find(location.mapping_id)) {
            violated(Invariant::mapping_unknown, location.offset,
                     fmt::format("location {}: mapping {}", location.id, location.mapping_id));
        }
        for (const RawLine& line : raw_.location_lines(location)) {
            if (line.function_id == 0 || functions_.find(line.function_id)) continue;
            violated(Invariant::function_unknown, location.offset,
                     fmt::format("location {}: function {}", location.id, line.function_id));
        }
    }

    void check_sample(std::size_t i) {
        const auto offset = samples_.sample_offset(i);
        const auto value_count = samples_.sample_values(i).size();
        if (value_count != raw_.sample_types.size()) {
            violated(Invariant::value_count, offset,
                     fmt::format("{} values, {} sample types", value_count, raw_.sample_types.size()));
        }
        if (unknown_locations_) check_stack(i);
        for (const RawLabel& label : samples_.sample_labels(i)) {
            string(label.key, label.offset, "label key");
            string(label.str, label.offset, "label value");
            unread_string(label.num_unit, label.offset, "label unit");
        }
    }

    void check_stack(std::size_t i) {
        const auto stack = samples_.sample_stack(i);
        const bool has_weight = weighs(samples_.sample_values(i));
        for (std::size_t place = 0; place < stack.size(); ++place) {
            if (stack[place] != RawProfile::kUnknownLocation) continue;
            const bool read = has_weight && place < 2;
            violated(read ? Invariant::location_unknown : Invariant::unread_location_unknown, samples_.sample_offset(i),
                     fmt::format("number {} of its stack", place + 1));
        }
    }

    /// Go follows the stacks of samples with weight alone.
    bool weighs(std::span<const std::int64_t> values) const { return column_ < values.size() && values[column_] != 0; }

    /// As chosen_sample_type, which may rely on all strings.
    std::size_t find_column() const {
        const auto is = [&](std::int64_t index, std::string_view text) {
            return in_table(index) && raw_.string(index) == text;
        };
        const auto usable = [&](const RawValueType& type) {
            return (is(type.type, "samples") && is(type.unit, "count")) ||
                   (is(type.type, "cpu") && is(type.unit, "nanoseconds"));
        };
        return static_cast<std::size_t>(std::ranges::find_if(raw_.sample_types, usable) - raw_.sample_types.begin());
    }

    bool has_unknown_locations() const {
        std::uint32_t any = 0;  // no early exit: mostly there are none, and so it vectorizes
        for (const std::uint32_t position : samples_.stacks) any |= position == RawProfile::kUnknownLocation ? 1 : 0;
        return any != 0;
    }

    void string(std::int64_t index, std::uint32_t offset, std::string_view what) {
        if (!in_table(index)) violated_index(Invariant::string_index, index, offset, what);
    }

    void unread_string(std::int64_t index, std::uint32_t offset, std::string_view what) {
        if (!in_table(index)) violated_index(Invariant::unread_string_index, index, offset, what);
    }

    bool in_table(std::int64_t index) const { return static_cast<std::uint64_t>(index) < raw_.strings.size(); }

    void violated_index(Invariant invariant, std::int64_t index, std::uint32_t offset, std::string_view what) {
        violated(invariant, offset, fmt::format("{}: string {} of {}", what, index, raw_.strings.size()));
    }

    void violated(Invariant invariant, std::uint32_t offset, std::string detail) {
        sound_ = false;
        if (!stopped_) stopped_ = !report_({invariant, {offset, OffsetSpace::inflated}, std::move(detail)});
    }

    const RawProfile& raw_;
    const RawSamples& samples_;
    const Report& report_;
    WireIndex<RawMapping> mappings_;
    WireIndex<RawFunction> functions_;
    std::size_t column_ = find_column();  ///< that Go reads; the number of sample types if there is none
    bool unknown_locations_ = false;      ///< in any stack
    bool sound_ = true;
    bool stopped_ = false;
};

/// What its user can do about it; empty where that depends.
std::string_view remedy_for(Invariant invariant) {
    switch (invariant) {
        case Invariant::gzip_truncated:
        case Invariant::gzip_checksum:
        case Invariant::wire_truncated:
            return "the file was cut short or damaged: collect or copy it again";
        default:
            return {};
    }
}

Invariant from_gzip(GzipFault fault) {
    switch (fault) {
        case GzipFault::bad_header:
            return Invariant::gzip_header;
        case GzipFault::truncated:
            return Invariant::gzip_truncated;
        case GzipFault::corrupt:
            return Invariant::gzip_corrupt;
        case GzipFault::bad_checksum:
            return Invariant::gzip_checksum;
        case GzipFault::trailing_data:
            return Invariant::gzip_trailing_data;
        case GzipFault::too_large:
            return Invariant::size_limit;
    }
    __builtin_unreachable();
}

/// The first violation that `check` reports.
template <typename Check>
Result<> require(const Check& check) {
    Result<> result;
    check([&](Violation violation) {
        result = std::unexpected(to_error(std::move(violation)));
        return false;
    });
    return result;
}

}  // namespace

std::span<const InvariantInfo> invariant_infos() { return kInfos; }

const InvariantInfo& info(Invariant invariant) { return kInfos[static_cast<std::size_t>(invariant)]; }

Error to_error(Violation violation) {
    const InvariantInfo& rule = info(violation.invariant);
    std::string message(rule.summary);
    if (!violation.detail.empty()) message += ": " + violation.detail;
    const auto code = violation.invariant == Invariant::size_limit        ? ErrorCode::limit_exceeded
                      : violation.invariant == Invariant::weight_overflow ? ErrorCode::overflow
                                                                          : ErrorCode::invalid_content;
    return {.code = code,
            .message = std::move(message),
            .remedy = std::string(remedy_for(violation.invariant)),
            .offset = violation.offset,
            .rule = rule.id};
}

Error over_budget(Offset offset, std::string detail) {
    Error error = to_error({Invariant::size_limit, offset, std::move(detail)});
    error.remedy = "if you trust the file, raise --max-input-size";
    return error;
}

Error to_error(const GzipFailure& failure) {
    const Offset offset{failure.offset, OffsetSpace::stored};
    if (failure.fault == GzipFault::too_large) return over_budget(offset, "");
    return to_error({from_gzip(failure.fault), offset, ""});
}

bool check_tables(const RawProfile& profile, const Report& report) {
    return Checker(profile, profile, report).tables();
}

bool check_samples(const RawProfile& tables, const RawSamples& batch, const Report& report) {
    return Checker(tables, batch, report).samples();
}

bool check_invariants(const RawProfile& profile, const Report& report) {
    bool stopped = false;
    const auto report_more = [&](Violation violation) {
        stopped = !report(std::move(violation));
        return !stopped;
    };
    const bool sound = check_tables(profile, report_more);
    return !stopped && check_samples(profile, profile, report) && sound;
}

Result<> require_invariants(const RawProfile& profile) {
    return require([&](const Report& report) { return check_invariants(profile, report); });
}

Result<> require_tables(const RawProfile& profile) {
    return require([&](const Report& report) { return check_tables(profile, report); });
}

Result<> require_samples(const RawProfile& tables, const RawSamples& batch) {
    return require([&](const Report& report) { return check_samples(tables, batch, report); });
}

}  // namespace pgoprof
