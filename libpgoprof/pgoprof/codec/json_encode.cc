#include "pgoprof/base/text.h"
#include "pgoprof/codec/export.h"
#include "pgoprof/codec/piece_writer.h"

namespace pgoprof {
namespace {

/// Text is escaped as on a terminal, then as JSON: all bytes can be told, and no two names look alike.
class JsonEncoder {
public:
    JsonEncoder(const Profile& profile, const WriteBytes& write) : profile_(profile), out_(write) {}

    Result<> run() {
        out_.text("{\"schema\":\"pgoprof.profile/1\"");
        put_header();
        list("mappings", profile_.mappings, [&](const Mapping& mapping) { put_mapping(mapping); });
        list("functions", profile_.functions, [&](const Function& function) { put_function(function); });
        list("locations", profile_.locations, [&](const Location& location) { put_location(location); });
        out_.text(",\n\"samples\":[");
        std::string_view comma;
        for (std::size_t i = 0; i < profile_.sample_count(); ++i) {
            out_.format("{}\n", std::exchange(comma, ","));
            put_sample(i);
        }
        out_.text("\n]}\n");
        return out_.finish();
    }

private:
    std::string quoted(StringId id) const { return json_string(escape_line(profile_.strings[id])); }

    template <typename Range, typename Put>
    void elements(const Range& range, Put put) {
        std::string_view comma;
        for (const auto& element : range) {
            out_.text(std::exchange(comma, ","));
            put(element);
        }
    }

    /// A member with an element a line.
    template <typename Range, typename Put>
    void list(std::string_view name, const Range& range, Put put) {
        out_.format(",\n\"{}\":[", name);
        elements(range, [&](const auto& element) {
            out_.text("\n");
            put(element);
        });
        out_.text("]");
    }

    template <typename AnyId>
    static std::string position(AnyId id) {
        return id == kNone<AnyId> ? "null" : fmt::format("{}", id.value);
    }

    void put_type(const ValueType& type) {
        out_.format("{{\"type\":{},\"unit\":{}}}", quoted(type.type), quoted(type.unit));
    }

    void put_header() {
        list("sample_types", profile_.sample_types, [&](const ValueType& type) { put_type(type); });
        out_.format(",\n\"default_sample_type\":{}", quoted(profile_.default_sample_type));
        out_.format(",\n\"time_nanos\":{},\"duration_nanos\":{}", profile_.time_nanos, profile_.duration_nanos);
        out_.format(",\n\"period\":{},\"period_type\":", profile_.period);
        if (profile_.period_type) {
            put_type(*profile_.period_type);
        } else {
            out_.text("null");
        }
        list("comments", profile_.comments, [&](StringId comment) { out_.text(quoted(comment)); });
        out_.format(",\n\"doc_url\":{}", quoted(profile_.doc_url));
        out_.format(",\n\"drop_frames\":{},\"keep_frames\":{}", quoted(profile_.drop_frames),
                    quoted(profile_.keep_frames));
    }

    void put_mapping(const Mapping& mapping) {
        out_.format("{{\"start\":\"{:#x}\",\"limit\":\"{:#x}\",\"file_offset\":\"{:#x}\"", mapping.memory_start,
                    mapping.memory_limit, mapping.file_offset);
        out_.format(",\"file\":{},\"build_id\":{}", quoted(mapping.filename), quoted(mapping.build_id));
        out_.format(",\"has_functions\":{},\"has_filenames\":{},\"has_line_numbers\":{},\"has_inline_frames\":{}}}",
                    mapping.has_functions, mapping.has_filenames, mapping.has_line_numbers, mapping.has_inline_frames);
    }

    void put_function(const Function& function) {
        out_.format("{{\"name\":{},\"system_name\":{},\"file\":{},\"start_line\":{}}}", quoted(function.name),
                    quoted(function.system_name), quoted(function.filename), function.start_line);
    }

    void put_location(const Location& location) {
        out_.format("{{\"mapping\":{},\"address\":\"{:#x}\",\"folded\":{},\"lines\":[", position(location.mapping),
                    location.address, location.is_folded);
        elements(profile_.location_lines(location), [&](const Line& line) {
            out_.format("{{\"function\":{},\"line\":{},\"column\":{}}}", position(line.function), line.line,
                        line.column);
        });
        out_.text("]}");
    }

    void put_sample(std::size_t i) {
        out_.text("{\"stack\":[");
        elements(profile_.sample_stack(i), [&](LocationId location) { out_.format("{}", location.value); });
        out_.text("],\"values\":[");
        elements(profile_.sample_values(i), [&](std::int64_t value) { out_.format("{}", value); });
        out_.text("]");
        const auto labels = profile_.sample_labels(i);
        if (!labels.empty()) {
            out_.text(",\"labels\":[");
            elements(labels, [&](const Label& label) { put_label(label); });
            out_.text("]");
        }
        out_.text("}");
    }

    void put_label(const Label& label) {
        out_.format("{{\"key\":{}", quoted(label.key));
        if (label.str != StringId{}) out_.format(",\"str\":{}", quoted(label.str));
        if (label.num != 0) out_.format(",\"num\":{}", label.num);
        if (label.num_unit != StringId{}) out_.format(",\"num_unit\":{}", quoted(label.num_unit));
        out_.text("}");
    }

    const Profile& profile_;
    PieceWriter out_;
};

}  // namespace

Result<> encode_json(const Profile& profile, const WriteBytes& write) { return JsonEncoder(profile, write).run(); }

}  // namespace pgoprof
