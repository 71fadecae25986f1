#include <algorithm>
#include <array>
#include <vector>

#include "pgoprof/base/hash_index.h"
#include "pgoprof/base/text.h"
#include "pgoprof/codec/export.h"
#include "pgoprof/codec/piece_writer.h"

namespace pgoprof {
namespace {

/// The units that the format has a name for; all others are "none".
constexpr std::array<std::string_view, 5> kUnits{"nanoseconds", "microseconds", "milliseconds", "seconds", "bytes"};

/// Frames of speedscope: a line of a function, or none that is known.
class SpeedscopeFrames {
public:
    explicit SpeedscopeFrames(const Profile& profile) {
        for (const Location& location : profile.locations) {
            begins_.push_back(ids_.size());
            const auto lines = profile.location_lines(location);
            if (lines.empty()) ids_.push_back(id_of(Line{}));
            for (const Line& line : lines) ids_.push_back(id_of(line));
        }
        begins_.push_back(ids_.size());
    }

    const std::vector<Line>& frames() const { return frames_; }

    /// Innermost first.
    std::span<const std::uint32_t> of(LocationId location) const {
        return {ids_.data() + begins_[location.value], ids_.data() + begins_[location.value + 1]};
    }

private:
    std::uint32_t id_of(const Line& line) {
        const std::uint64_t hash =
            hash_mix(hash_mix(hash_mix(1, line.function.value), static_cast<std::uint64_t>(line.line)),
                     static_cast<std::uint64_t>(line.column));
        const auto is_line = [&](std::uint32_t id) { return frames_[id] == line; };
        const auto append = [&] {
            frames_.push_back(line);
            return static_cast<std::uint32_t>(frames_.size() - 1);
        };
        return index_.find_or_insert(hash, is_line, append);
    }

    std::vector<Line> frames_;
    std::vector<std::uint32_t> ids_;   ///< of all locations' lines
    std::vector<std::size_t> begins_;  ///< of each location, in `ids_`
    HashIndex index_;
};

class SpeedscopeEncoder {
public:
    SpeedscopeEncoder(const Profile& profile, const WriteBytes& write)
        : profile_(profile), frames_(profile), out_(write) {}

    Result<> run() {
        out_.text(R"({"$schema":"https://www.speedscope.app/file-format-schema.json","exporter":"pgoprof",)");
        out_.text("\"shared\":{\"frames\":[");
        std::string_view comma;
        for (const Line& frame : frames_.frames()) {
            out_.text(std::exchange(comma, ","));
            put_frame(frame);
        }
        out_.text("\n]},\"profiles\":[");
        comma = "";
        for (std::size_t column = 0; column < profile_.sample_types.size(); ++column) {
            out_.text(std::exchange(comma, ","));
            put_profile(column);
        }
        out_.text("\n]}\n");
        return out_.finish();
    }

private:
    /// JSON is UTF-8; names need not be.
    std::string quoted(StringId id) const {
        const std::string_view text = profile_.strings[id];
        return json_string(is_utf8(text) ? std::string(text) : escape_line(text));
    }

    void put_frame(const Line& frame) {
        if (frame.function == kNone<FunctionId>) return out_.text("\n{\"name\":\"[unknown]\"}");
        const Function& function = profile_.functions[frame.function.value];
        out_.format("\n{{\"name\":{}", quoted(function.name));
        if (function.filename != StringId{}) out_.format(",\"file\":{}", quoted(function.filename));
        if (frame.line != 0) out_.format(",\"line\":{}", frame.line);
        if (frame.column != 0) out_.format(",\"col\":{}", frame.column);
        out_.text("}");
    }

    void put_profile(std::size_t column) {
        const ValueType& type = profile_.sample_types[column];
        const std::string_view unit = profile_.strings[type.unit];
        const bool is_known = std::ranges::find(kUnits, unit) != kUnits.end();
        const std::string name = std::string(profile_.strings[type.type]) + '/' + std::string(unit);
        double total = 0;
        for (std::size_t i = 0; i < profile_.sample_count(); ++i) {
            total += static_cast<double>(profile_.sample_values(i)[column]);
        }
        out_.format(
            "\n{{\"type\":\"sampled\",\"name\":{},\"unit\":\"{}\",\"startValue\":0,\"endValue\":{:.0f},\"samples\":[",
            json_string(is_utf8(name) ? name : escape_line(name)), is_known ? unit : "none", total);
        put_samples(column);
    }

    void put_samples(std::size_t column) {
        std::string_view comma;
        for (std::size_t i = 0; i < profile_.sample_count(); ++i) {
            if (profile_.sample_values(i)[column] == 0) continue;
            out_.text(std::exchange(comma, ","));
            put_stack(profile_.sample_stack(i));
        }
        out_.text("],\n\"weights\":[");
        comma = "";
        for (std::size_t i = 0; i < profile_.sample_count(); ++i) {
            if (profile_.sample_values(i)[column] == 0) continue;
            out_.format("{}{}", std::exchange(comma, ","), profile_.sample_values(i)[column]);
        }
        out_.text("]}");
    }

    /// From the root.
    void put_stack(std::span<const LocationId> stack) {
        out_.text("\n[");
        std::string_view comma;
        for (std::size_t n = stack.size(); n-- > 0;) {
            const auto ids = frames_.of(stack[n]);
            for (std::size_t k = ids.size(); k-- > 0;) out_.format("{}{}", std::exchange(comma, ","), ids[k]);
        }
        out_.text("]");
    }

    const Profile& profile_;
    SpeedscopeFrames frames_;
    PieceWriter out_;
};

}  // namespace

Result<> encode_speedscope(const Profile& profile, const WriteBytes& write) {
    return SpeedscopeEncoder(profile, write).run();
}

}  // namespace pgoprof
