#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "pgoprof/base/checked.h"
#include "pgoprof/base/json_document.h"
#include "pgoprof/codec/budgeted_builder.h"
#include "pgoprof/codec/foreign_profile.h"
#include "pgoprof/codec/weighted_tree.h"

namespace pgoprof {
namespace {

/// What a unit of the format counts, and how many of pprof's unit it is.
struct UnitMeaning {
    std::string_view name;
    std::string_view type;
    std::string_view unit;
    std::int64_t factor = 1;
};

constexpr std::array kUnits{
    UnitMeaning{"none", "samples", "count"},
    UnitMeaning{"nanoseconds", "cpu", "nanoseconds"},
    UnitMeaning{"microseconds", "cpu", "nanoseconds", 1'000},
    UnitMeaning{"milliseconds", "cpu", "nanoseconds", 1'000'000},
    UnitMeaning{"seconds", "cpu", "nanoseconds", 1'000'000'000},
    UnitMeaning{"bytes", "space", "bytes"},
};

struct Column {
    std::string type;
    std::string unit;
    std::size_t profiles = 0;
};

std::unexpected<Error> malformed(std::string message) {
    return fail({.message = "malformed speedscope file: " + std::move(message)});
}

class SpeedscopeDecoder {
public:
    SpeedscopeDecoder(JsonValue file, const Limits& limits, Budget& budget)
        : file_(file), limits_(limits), budget_(budget), builder_(limits, budget) {}

    Result<ForeignProfile> run() {
        if (auto read = read_frames(); !read) return std::unexpected(read.error());
        if (auto read = read_columns(); !read) return std::unexpected(read.error());
        WeightedTree tree(columns_.size(), limits_, budget_);
        std::size_t column = 0;
        for (const JsonValue profile : file_["profiles"]) {
            if (auto read = read_profile(profile, column_of_[column++], tree); !read) {
                return std::unexpected(read.error());
            }
        }
        if (auto added = add_samples(tree); !added) return std::unexpected(added.error());
        return ForeignProfile{std::move(builder_.profile()), notes()};
    }

private:
    Result<> read_frames() {
        const JsonValue frames = file_["shared"]["frames"];
        if (!frames.is_array()) return malformed("shared.frames is no array");
        for (const JsonValue frame : frames) {
            const auto name = frame["name"].string();
            if (!name) return malformed("a frame without a name");
            const auto location = add_frame(*name, frame);
            if (!location) return std::unexpected(location.error());
            if (!budget_.append(locations_, *location)) return fail(no_memory("more frames than fit in memory"));
        }
        return {};
    }

    Result<LocationId> add_frame(std::string_view name, JsonValue frame) {
        const std::int64_t line = frame["line"].integer().value_or(0);
        has_lines_ = has_lines_ || line != 0;
        if (name == "[unknown]") return builder_.location(kNone<MappingId>, 0, {});
        return builder_.location({.name = name,
                                  .file = frame["file"].string().value_or(""),
                                  .line = line,
                                  .column = frame["col"].integer().value_or(0)});
    }

    /// Which column each profile counts in.
    Result<> read_columns() {
        const JsonValue profiles = file_["profiles"];
        const bool own = file_["exporter"].string().value_or("").starts_with("pgoprof");
        for (const JsonValue profile : profiles) {
            const auto unit = profile["unit"].string().value_or("");
            const auto known = std::ranges::find(kUnits, unit, &UnitMeaning::name);
            if (known == kUnits.end()) return malformed(fmt::format("unknown unit '{}'", unit));
            Column column{std::string(known->type), std::string(known->unit)};
            if (own) name_column(profile["name"].string().value_or(""), column);
            if (auto added = add_column(std::move(column)); !added) return added;
            factors_.push_back(known->factor);
        }
        if (columns_.empty()) return malformed("there is no profile in it");
        return {};
    }

    /// encode_speedscope names its profiles by their sample types.
    static void name_column(std::string_view name, Column& column) {
        const std::size_t slash = name.find('/');
        if (slash == name.npos) return;
        column.type = name.substr(0, slash);
        column.unit = name.substr(slash + 1);
    }

    Result<> add_column(Column column) {
        const auto same = [&](const Column& other) { return other.type == column.type && other.unit == column.unit; };
        auto found = std::ranges::find_if(columns_, same);
        if (found == columns_.end()) {
            if (columns_.size() == limits_.sample_types) return fail(too_large("too many sample types"));
            if (auto added = add_sample_type(builder_, column.type, column.unit); !added) return added;
            columns_.push_back(std::move(column));
            found = columns_.end() - 1;
        }
        ++found->profiles;
        column_of_.push_back(static_cast<std::size_t>(found - columns_.begin()));
        return {};
    }

    Result<> read_profile(JsonValue profile, std::size_t column, WeightedTree& tree) {
        factor_ = factors_[read_++];
        const auto type = profile["type"].string().value_or("");
        if (type == "sampled") return read_sampled(profile, column, tree);
        if (type == "evented") return read_evented(profile, column, tree);
        return malformed(fmt::format("unknown type of profile '{}'", type));
    }

    Result<> read_sampled(JsonValue profile, std::size_t column, WeightedTree& tree) {
        const JsonValue samples = profile["samples"];
        const JsonValue weights = profile["weights"];
        if (!samples.is_array() || samples.size() != weights.size()) {
            return malformed("there are not as many weights as samples");
        }
        auto weight = weights.begin();
        for (const JsonValue sample : samples) {
            const auto value = scaled(*weight);
            if (!value) return std::unexpected(value.error());
            ++weight;
            const auto node = stack_node(sample, tree);
            if (!node) return std::unexpected(node.error());
            if (auto added = tree.add(*node, column, *value); !added) return added;
        }
        return {};
    }

    Result<std::uint32_t> stack_node(JsonValue sample, WeightedTree& tree) {
        if (!sample.is_array()) return malformed("a sample that is no array of frames");
        std::uint32_t node = WeightedTree::kRoot;
        for (const JsonValue index : sample) {
            const auto child = frame_node(node, index, tree);
            if (!child) return child;
            node = *child;
        }
        return node;
    }

    Result<std::uint32_t> frame_node(std::uint32_t parent, JsonValue index, WeightedTree& tree) {
        const auto frame = index.integer();
        if (!frame || *frame < 0 || static_cast<std::uint64_t>(*frame) >= locations_.size()) {
            return malformed("a frame that shared.frames does not have");
        }
        return tree.child(parent, static_cast<std::uint32_t>(*frame));
    }

    /// What is open when time passes gets it.
    Result<> read_evented(JsonValue profile, std::size_t column, WeightedTree& tree) {
        has_events_ = true;
        std::uint32_t open = WeightedTree::kRoot;
        auto last = scaled(profile["startValue"]);
        if (!last) return std::unexpected(last.error());
        const auto pass_to = [&](JsonValue at) -> Result<> {
            const auto now = scaled(at);
            if (!now) return std::unexpected(now.error());
            if (*now < *last) return malformed("an event before the one that precedes it");
            auto added = tree.add(open, column, subtract_wrapping(*now, *last));
            last = now;
            return added;
        };
        for (const JsonValue event : profile["events"]) {
            if (auto passed = pass_to(event["at"]); !passed) return passed;
            const auto next = take_event(event, open, tree);
            if (!next) return std::unexpected(next.error());
            open = *next;
        }
        return open == WeightedTree::kRoot ? Result<>() : pass_to(profile["endValue"]);
    }

    Result<std::uint32_t> take_event(JsonValue event, std::uint32_t open, WeightedTree& tree) {
        const auto type = event["type"].string().value_or("");
        if (type == "O") return frame_node(open, event["frame"], tree);
        if (type != "C") return malformed(fmt::format("unknown type of event '{}'", type));
        const auto frame = event["frame"].integer();
        if (open == WeightedTree::kRoot || !frame || *frame != std::int64_t{tree.frame(open)}) {
            return malformed("an event that closes another frame than the innermost open one");
        }
        return tree.parent(open);
    }

    Result<std::int64_t> scaled(JsonValue value) {
        if (const auto whole = value.integer()) {
            if (const auto product = multiply_checked(*whole, factor_)) return *product;
        } else if (const auto real = value.number()) {
            const double product = std::round(*real * static_cast<double>(factor_));
            rounded_ = rounded_ || product != *real * static_cast<double>(factor_);
            if (std::abs(product) < 0x1p63) return static_cast<std::int64_t>(product);
        }
        return malformed("a weight or a time that is no number of 64 bits");
    }

    Result<> add_samples(const WeightedTree& tree) {
        std::vector<LocationId> stack;
        return tree.visit([&](std::span<const std::uint32_t> frames, std::span<const std::int64_t> values) {
            stack.clear();
            for (const std::uint32_t frame : frames) stack.push_back(locations_[frame]);
            return builder_.add_sample(stack, values);
        });
    }

    std::vector<std::string> notes() const {
        std::vector<std::string> notes;
        for (const Column& column : columns_) {
            if (column.profiles < 2) continue;
            notes.push_back(
                fmt::format("{} profiles of {}/{} are added up", column.profiles, column.type, column.unit));
        }
        const auto is_time = [](const Column& column) { return column.unit == "nanoseconds"; };
        if (std::ranges::any_of(columns_, is_time)) {
            notes.push_back(
                "whether its times are of the CPU or of the wall clock the file does not say: they count as "
                "cpu/nanoseconds");
        }
        if (has_events_) notes.push_back("spans are no samples: each function counts with its own time");
        if (rounded_) notes.push_back("weights with fractions are rounded");
        notes.push_back(has_lines_ ? "speedscope files have no start lines and addresses; a frame's line is taken for "
                                     "the one that ran"
                                   : "the file has no lines, start lines and addresses");
        return notes;
    }

    JsonValue file_;
    const Limits& limits_;
    Budget& budget_;
    BudgetedBuilder builder_;
    std::vector<LocationId> locations_;  ///< of shared.frames
    std::vector<Column> columns_;
    std::vector<std::size_t> column_of_;  ///< of each profile
    std::vector<std::int64_t> factors_;   ///< of each profile's unit
    std::size_t read_ = 0;                ///< profiles
    std::int64_t factor_ = 1;             ///< of the one that is read
    bool has_lines_ = false;
    bool has_events_ = false;
    bool rounded_ = false;
};

}  // namespace

Result<ForeignProfile> decode_speedscope(ByteView json, const Limits& limits, Budget& budget) {
    JsonDocument document;
    if (auto parsed = document.parse(json, budget); !parsed) return std::unexpected(parsed.error());
    return SpeedscopeDecoder(document.root(), limits, budget).run();
}

}  // namespace pgoprof
