#include "pgoprof/transform/tidy.h"

#include <fmt/format.h>

#include <algorithm>

#include "pgoprof/model/profile_builder.h"

namespace pgoprof {
namespace {

class Tidier {
public:
    Tidier(const Profile& from, const Selection& selection)
        : from_(from),
          selection_(selection),
          functions_(from.functions.size(), kNone<FunctionId>),
          locations_(from.locations.size(), kNone<LocationId>) {}

    Result<Profile> run() {
        head();
        select_labels();
        std::vector<LocationId> stack;
        std::vector<Label> labels;
        for (std::size_t i = 0; i < from_.sample_count(); ++i) {
            if (selection_.samples && !(*selection_.samples)[i]) continue;
            stack.clear();
            labels.clear();
            for (const LocationId location : from_.sample_stack(i)) stack.push_back(convert(location));
            for (const Label& label : from_.sample_labels(i)) {
                if (keeps(label)) labels.push_back(convert(label));
            }
            if (auto added = builder_.add_sample(stack, values(i), labels); !added) {
                return std::unexpected(std::move(added.error()));
            }
        }
        return std::move(builder_.profile);
    }

private:
    StringId string(StringId id) { return builder_.string(from_.strings[id]); }
    ValueType convert(const ValueType& type) { return {string(type.type), string(type.unit)}; }
    Label convert(const Label& label) {
        return {string(label.key), string(label.str), label.num, string(label.num_unit)};
    }

    std::span<const std::int64_t> values(std::size_t sample) const {
        const auto all = from_.sample_values(sample);
        return selection_.sample_type ? all.subspan(*selection_.sample_type, 1) : all;
    }

    void select_labels() {
        if (!selection_.label_keys) return;
        kept_labels_.resize(from_.strings.size());
        for (std::uint32_t i = 0; i < from_.strings.size(); ++i) {
            kept_labels_[i] =
                std::ranges::find(*selection_.label_keys, from_.strings[StringId{i}]) != selection_.label_keys->end();
        }
    }

    bool keeps(const Label& label) const { return !selection_.label_keys || kept_labels_[label.key.value]; }

    void head() {
        Profile& out = builder_.profile;
        sample_types();
        for (Mapping mapping : from_.mappings) {
            mapping.filename = string(mapping.filename);
            mapping.build_id = string(mapping.build_id);
            out.mappings.push_back(mapping);
        }
        out.drop_frames = string(from_.drop_frames);
        out.keep_frames = string(from_.keep_frames);
        out.time_nanos = from_.time_nanos;
        out.duration_nanos = from_.duration_nanos;
        if (from_.period_type) out.period_type = convert(*from_.period_type);
        out.period = from_.period;
        for (const StringId comment : from_.comments) out.comments.push_back(string(comment));
        out.doc_url = string(from_.doc_url);
    }

    void sample_types() {
        Profile& out = builder_.profile;
        for (std::size_t i = 0; i < from_.sample_types.size(); ++i) {
            if (selection_.sample_type && *selection_.sample_type != i) continue;
            const ValueType& type = from_.sample_types[i];
            out.sample_types.push_back(convert(type));
            if (type.type == from_.default_sample_type) out.default_sample_type = out.sample_types.back().type;
        }
        if (!selection_.sample_type) out.default_sample_type = string(from_.default_sample_type);
    }

    FunctionId convert(FunctionId id) {
        if (id == kNone<FunctionId>) return id;
        FunctionId& known = functions_[id.value];
        if (known == kNone<FunctionId>) {
            Function function = from_.functions[id.value];
            function.name = string(function.name);
            function.system_name = string(function.system_name);
            function.filename = string(function.filename);
            known = builder_.function(function);
        }
        return known;
    }

    LocationId convert(LocationId id) {
        LocationId& known = locations_[id.value];
        if (known == kNone<LocationId>) {
            const Location& location = from_.locations[id.value];
            lines_.clear();
            for (Line line : from_.location_lines(location)) {
                line.function = convert(line.function);
                lines_.push_back(line);
            }
            known = builder_.location(location, lines_);
        }
        return known;
    }

    const Profile& from_;
    const Selection& selection_;
    std::vector<bool> kept_labels_;  ///< by the key's id
    ProfileBuilder builder_;
    std::vector<FunctionId> functions_;  ///< by the old position
    std::vector<LocationId> locations_;
    std::vector<Line> lines_;
};

}  // namespace

Result<Profile> tidy(const Profile& profile, const Selection& selection) { return Tidier(profile, selection).run(); }

Result<std::size_t> find_sample_type(const Profile& profile, std::string_view name) {
    std::optional<std::size_t> found;
    std::size_t count = 0;
    std::string all;
    for (std::size_t i = 0; i < profile.sample_types.size(); ++i) {
        const std::string_view type = profile.strings[profile.sample_types[i].type];
        const std::string whole = fmt::format("{}/{}", type, profile.strings[profile.sample_types[i].unit]);
        all += (all.empty() ? "" : ", ") + whole;
        if (name != type && name != whole) continue;
        found = i;
        ++count;
    }
    if (count == 1) return *found;
    return fail(ErrorCode::usage,
                fmt::format("the profile has {} sample type {}", count == 0 ? "no" : "more than one", name),
                all.empty() ? "it has none at all" : "it has " + all);
}

std::vector<bool> samples_matching(const Profile& profile, const std::function<bool(std::string_view)>& matches) {
    std::vector<bool> strings(profile.strings.size());
    for (std::uint32_t i = 0; i < profile.strings.size(); ++i) strings[i] = matches(profile.strings[StringId{i}]);
    const auto line_matches = [&](const Line& line) {
        if (line.function == kNone<FunctionId>) return false;
        const Function& function = profile.functions[line.function.value];
        return strings[function.name.value] || strings[function.filename.value];
    };
    std::vector<bool> locations(profile.locations.size());
    for (std::size_t i = 0; i < locations.size(); ++i) {
        const Location& location = profile.locations[i];
        const bool of_mapping =
            location.mapping != kNone<MappingId> && strings[profile.mappings[location.mapping.value].filename.value];
        locations[i] = of_mapping || std::ranges::any_of(profile.location_lines(location), line_matches);
    }
    std::vector<bool> samples(profile.sample_count());
    for (std::size_t i = 0; i < samples.size(); ++i) {
        samples[i] = std::ranges::any_of(profile.sample_stack(i), [&](LocationId id) { return locations[id.value]; });
    }
    return samples;
}

}  // namespace pgoprof
