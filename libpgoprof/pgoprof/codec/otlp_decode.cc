#include <fmt/format.h>

#include <algorithm>

#include "pgoprof/base/checked.h"
#include "pgoprof/codec/foreign_profile.h"
#include "pgoprof/codec/otlp_dictionary.h"

namespace pgoprof {
namespace {

class OtlpDecoder {
public:
    OtlpDecoder(ByteView data, const Limits& limits, Budget& budget)
        : data_(data),
          limits_(limits),
          budget_(budget),
          wire_(data),
          builder_(limits, budget),
          dictionary_(wire_, builder_, budget) {}

    Result<ForeignProfile> run() {
        for (const auto step : {&OtlpDecoder::read_message, &OtlpDecoder::read_types, &OtlpDecoder::read_samples}) {
            if (auto done = (this->*step)(); !done) return std::unexpected(done.error());
        }
        return ForeignProfile{std::move(builder_.profile()), notes()};
    }

private:
    struct Column {
        std::string_view type;
        std::string_view unit;
        std::size_t profiles = 0;
    };

    /// Finds the dictionary, which stands last, and the profiles.
    Result<> read_message() {
        bool has_dictionary = false;
        const auto read = wire_.each_field(data_, [&](const WireField& field) -> Result<> {
            if (field.number != 1 && field.number != 2) return {};
            if (auto expected = wire_.expect(field, WireType::bytes); !expected) return expected;
            has_dictionary = has_dictionary || field.number == 2;
            return field.number == 1 ? find_profiles(field.data) : dictionary_.read(field.data);
        });
        if (!read) return read;
        if (!has_dictionary) return wire_.other_version(data_.data(), "there is no dictionary in it");
        if (profiles_.empty()) return fail({.message = "there is no profile in the OTLP message"});
        return dictionary_.finish();
    }

    Result<> find_profiles(ByteView resource_profiles) {
        return wire_.each_field(resource_profiles, [&](const WireField& scope) -> Result<> {
            if (scope.number == 1) has_resources_ = true;
            if (scope.number != 2) return {};
            if (auto expected = wire_.expect(scope, WireType::bytes); !expected) return expected;
            return wire_.each_field(scope.data, [&](const WireField& profile) -> Result<> {
                if (profile.number != 2) return {};
                if (auto expected = wire_.expect(profile, WireType::bytes); !expected) return expected;
                if (budget_.append(profiles_, profile.data)) return {};
                return fail(no_memory("more profiles than fit in memory"));
            });
        });
    }

    /// All but the samples. Afterwards it is known how many values a sample has.
    Result<> read_types() {
        for (const ByteView profile : profiles_) {
            if (auto read = read_header(profile); !read) return read;
        }
        return {};
    }

    Result<> read_header(ByteView profile) {
        Column column;
        Header header;
        const auto read = wire_.each_field(profile, [&](const WireField& field) -> Result<> {
            switch (field.number) {
                case 1:
                    return read_type(field, column.type, column.unit);
                case 3:
                    header.time = field.value;
                    return wire_.expect(field, WireType::fixed64);
                case 4:
                    return wire_.take(field, header.duration);
                case 5:
                    return read_type(field, header.period_type, header.period_unit);
                case 6:
                    return wire_.take(field, header.period);
                case 8:
                    return wire_.expect(field, WireType::varint);
                default:
                    return {};
            }
        });
        if (!read) return read;
        if (auto taken = take_header(header); !taken) return taken;
        return add_column(column);
    }

    struct Header {
        std::uint64_t time = 0;
        std::uint64_t duration = 0;
        std::string_view period_type;
        std::string_view period_unit;
        std::int64_t period = 0;
    };

    Result<> read_type(const WireField& type, std::string_view& name, std::string_view& unit) {
        if (auto expected = wire_.expect(type, WireType::bytes); !expected) return expected;
        std::uint32_t name_index = 0;
        std::uint32_t unit_index = 0;
        const auto read = wire_.each_field(type.data, [&](const WireField& field) -> Result<> {
            if (field.number == 1) return wire_.take_index(field, dictionary_.strings(), name_index);
            if (field.number == 2) return wire_.take_index(field, dictionary_.strings(), unit_index);
            return {};
        });
        if (!read) return read;
        name = name_index == 0 ? "" : dictionary_.string(name_index);
        unit = unit_index == 0 ? "" : dictionary_.string(unit_index);
        return {};
    }

    /// The earliest time, the longest duration, the first period.
    Result<> take_header(const Header& header) {
        Profile& profile = builder_.profile();
        const auto time = static_cast<std::int64_t>(header.time);
        if (time != 0 && (profile.time_nanos == 0 || time < profile.time_nanos)) profile.time_nanos = time;
        profile.duration_nanos = std::max(profile.duration_nanos, static_cast<std::int64_t>(header.duration));
        if (profile.period_type || header.period == 0) return {};
        const auto type = builder_.string(header.period_type);
        if (!type) return std::unexpected(type.error());
        const auto unit = builder_.string(header.period_unit);
        if (!unit) return std::unexpected(unit.error());
        profile.period_type = ValueType{*type, *unit};
        profile.period = header.period;
        return {};
    }

    Result<> add_column(const Column& column) {
        constexpr std::size_t kLongest = 1000;  // each profile's is compared with all others
        if (std::max(column.type.size(), column.unit.size()) > kLongest) return fail(too_large("a long sample type"));
        const auto same = [&](const Column& other) { return other.type == column.type && other.unit == column.unit; };
        auto found = std::ranges::find_if(columns_, same);
        if (found == columns_.end()) {
            if (columns_.size() == limits_.sample_types) return fail(too_large("too many sample types"));
            if (auto added = add_sample_type(builder_, column.type, column.unit); !added) return added;
            columns_.push_back(column);
            found = columns_.end() - 1;
        }
        ++found->profiles;
        column_of_.push_back(static_cast<std::size_t>(found - columns_.begin()));
        return {};
    }

    Result<> read_samples() {
        std::vector<std::int64_t> values(columns_.size());
        for (std::size_t i = 0; i < profiles_.size(); ++i) {
            const auto read = wire_.each_field(profiles_[i], [&](const WireField& field) -> Result<> {
                if (field.number != 2) return {};
                if (auto expected = wire_.expect(field, WireType::bytes); !expected) return expected;
                return read_sample(field.data, values, values[column_of_[i]]);
            });
            if (!read) return read;
            values[column_of_[i]] = 0;
        }
        return {};
    }

    Result<> read_sample(ByteView sample, std::span<const std::int64_t> values, std::int64_t& value) {
        std::uint32_t stack_index = 0;
        std::size_t timestamps = 0;
        values_.clear();
        attributes_.clear();
        const auto read = wire_.each_field(sample, [&](const WireField& field) -> Result<> {
            switch (field.number) {
                case 1:
                    return wire_.take_index(field, dictionary_.stacks(), stack_index);
                case 2:
                    return wire_.append_varints(field, attributes_);
                case 3:
                    has_links_ = has_links_ || field.value != 0;
                    return wire_.expect(field, WireType::varint);
                case 4:
                    return wire_.append_varints(field, values_);
                case 5:
                    return wire_.count_fixed(field, timestamps);
                default:
                    return {};
            }
        });
        if (!read) return read;
        if (values_.empty() && timestamps == 0) {
            return wire_.other_version(sample.data(), "a sample without values and timestamps");
        }
        if (!values_.empty() && timestamps != 0 && timestamps != values_.size()) {
            return wire_.other_version(sample.data(), "a sample has not as many timestamps as values");
        }
        has_times_ = has_times_ || timestamps != 0;
        value = values_.empty() ? static_cast<std::int64_t>(timestamps) : 0;
        for (const std::uint64_t part : values_) {
            if (add_checked(value, static_cast<std::int64_t>(part))) continue;
            return fail(
                {.code = ErrorCode::overflow, .message = "a sum of values overflows 64 bits", .rule = "PGO126"});
        }
        return add_sample(stack_index, values);
    }

    Result<> add_sample(std::uint32_t stack_index, std::span<const std::int64_t> values) {
        labels_.clear();
        for (const std::uint64_t attribute : attributes_) {
            const auto label = dictionary_.label(attribute);
            if (!label) return std::unexpected(label.error());
            if (*label) labels_.push_back(**label);
            skipped_attributes_ += *label ? 0 : 1;
        }
        if (dictionary_.stacks() == 0) return wire_.other_version(data_.data(), "there is no table of stacks");
        const auto stack = dictionary_.stack(stack_index);
        if (!stack) return std::unexpected(stack.error());
        return builder_.add_sample(*stack, values, labels_);
    }

    std::vector<std::string> notes() const {
        std::vector<std::string> notes;
        for (const Column& column : columns_) {
            if (column.profiles < 2) continue;
            notes.push_back(
                fmt::format("{} profiles of {}/{} are added up", column.profiles, column.type, column.unit));
        }
        if (has_resources_) notes.push_back("what the message says of resources is left out");
        if (has_links_) notes.push_back("links to spans are left out");
        if (has_times_) notes.push_back("the times of single samples are left out");
        if (skipped_attributes_ != 0) {
            notes.push_back(
                fmt::format("attributes that are no text and no number are left out: {}", skipped_attributes_));
        }
        return notes;
    }

    ByteView data_;
    const Limits& limits_;
    Budget& budget_;
    OtlpWire wire_;
    BudgetedBuilder builder_;
    OtlpDictionary dictionary_;
    std::vector<ByteView> profiles_;
    std::vector<Column> columns_;
    std::vector<std::size_t> column_of_;  ///< of each profile
    std::vector<std::uint64_t> values_;
    std::vector<std::uint64_t> attributes_;
    std::vector<Label> labels_;
    std::uint64_t skipped_attributes_ = 0;
    bool has_resources_ = false;
    bool has_links_ = false;
    bool has_times_ = false;
};

}  // namespace

Result<ForeignProfile> decode_otlp(ByteView data, const Limits& limits, Budget& budget) {
    return OtlpDecoder(data, limits, budget).run();
}

}  // namespace pgoprof
