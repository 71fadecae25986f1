#include "pgoprof/transform/intern.h"

#include <vector>

namespace pgoprof {
namespace {

class Interner {
public:
    explicit Interner(const RawProfile& raw)
        : raw_(raw), mapping_index_(raw.mappings), function_index_(raw.functions) {}

    Profile run() {
        for (const std::string_view text : raw_.strings) string_ids_.push_back(out_.strings.intern(text));
        header();
        for (const RawMapping& mapping : raw_.mappings) out_.mappings.push_back(convert(mapping));
        for (const RawFunction& function : raw_.functions) out_.functions.push_back(convert(function));
        for (const RawLine& line : raw_.lines) out_.lines.push_back(convert(line));
        for (const RawLocation& location : raw_.locations) out_.locations.push_back(convert(location));
        samples();
        return std::move(out_);
    }

private:
    void header() {
        for (const RawValueType& type : raw_.sample_types) out_.sample_types.push_back(convert(type));
        out_.drop_frames = string(raw_.drop_frames);
        out_.keep_frames = string(raw_.keep_frames);
        out_.time_nanos = raw_.time_nanos;
        out_.duration_nanos = raw_.duration_nanos;
        if (raw_.period_type) out_.period_type = convert(*raw_.period_type);
        out_.period = raw_.period;
        for (const std::int64_t comment : raw_.comments) out_.comments.push_back(string(comment));
        out_.default_sample_type = string(raw_.default_sample_type);
        out_.doc_url = string(raw_.doc_url);
    }

    void samples() {
        out_.reserve_samples(raw_.sample_count(), raw_.stacks.size(), raw_.labels.size());
        std::vector<LocationId> stack;
        std::vector<Label> labels;
        for (std::size_t i = 0; i < raw_.sample_count(); ++i) {
            stack.clear();
            labels.clear();
            for (const std::uint32_t location : raw_.sample_stack(i)) stack.push_back({location});
            for (const RawLabel& label : raw_.sample_labels(i)) labels.push_back(convert(label));
            out_.add_sample(stack, raw_.sample_values(i), labels);
        }
    }

    StringId string(std::int64_t index) const { return string_ids_[static_cast<std::size_t>(index)]; }

    ValueType convert(const RawValueType& type) const { return {string(type.type), string(type.unit)}; }

    Label convert(const RawLabel& label) const {
        return {string(label.key), string(label.str), label.num, string(label.num_unit)};
    }

    Mapping convert(const RawMapping& mapping) const {
        return {.memory_start = mapping.memory_start,
                .memory_limit = mapping.memory_limit,
                .file_offset = mapping.file_offset,
                .filename = string(mapping.filename),
                .build_id = string(mapping.build_id),
                .has_functions = mapping.has_functions,
                .has_filenames = mapping.has_filenames,
                .has_line_numbers = mapping.has_line_numbers,
                .has_inline_frames = mapping.has_inline_frames};
    }

    Function convert(const RawFunction& function) const {
        return {string(function.name), string(function.system_name), string(function.filename), function.start_line};
    }

    Line convert(const RawLine& line) const {
        const auto function =
            line.function_id == 0 ? kNone<FunctionId> : FunctionId{*function_index_.find(line.function_id)};
        return {function, line.line, line.column};
    }

    Location convert(const RawLocation& location) const {
        const auto mapping =
            location.mapping_id == 0 ? kNone<MappingId> : MappingId{*mapping_index_.find(location.mapping_id)};
        return {mapping, location.address, location.lines_begin, location.lines_count, location.is_folded};
    }

    const RawProfile& raw_;
    WireIndex<RawMapping> mapping_index_;
    WireIndex<RawFunction> function_index_;
    std::vector<StringId> string_ids_;
    Profile out_;
};

}  // namespace

Profile intern(const RawProfile& raw) { return Interner(raw).run(); }

}  // namespace pgoprof
