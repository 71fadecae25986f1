#include <string>

#include "pgoprof/codec/export.h"
#include "pgoprof/codec/piece_writer.h"

namespace pgoprof {
namespace {

/// As protobuf's C escaping has it: what is not ASCII is octal.
std::string c_escape(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\n') {
            out += "\\n";
        } else if (c == '\r') {
            out += "\\r";
        } else if (c == '\t') {
            out += "\\t";
        } else if (c == '"' || c == '\'' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < ' ' || byte >= 0x7f) {
            out += fmt::format("\\{:03o}", static_cast<unsigned>(byte));
        } else {
            out += c;
        }
    }
    return out;
}

class TextEncoder {
public:
    TextEncoder(const Profile& profile, const WriteBytes& write) : profile_(profile), out_(write) {}

    Result<> run() {
        for (const ValueType& type : profile_.sample_types) put_type("sample_type", type);
        for (std::size_t i = 0; i < profile_.sample_count(); ++i) put_sample(i);
        for (std::size_t i = 0; i < profile_.mappings.size(); ++i) put_mapping(profile_.mappings[i], i + 1);
        for (std::size_t i = 0; i < profile_.locations.size(); ++i) put_location(profile_.locations[i], i + 1);
        for (std::size_t i = 0; i < profile_.functions.size(); ++i) put_function(profile_.functions[i], i + 1);
        for (std::uint32_t i = 0; i < profile_.strings.size(); ++i) {
            out_.format("string_table: \"{}\"\n", c_escape(profile_.strings[StringId{i}]));
        }
        field("", "drop_frames", profile_.drop_frames.value);
        field("", "keep_frames", profile_.keep_frames.value);
        field("", "time_nanos", profile_.time_nanos);
        field("", "duration_nanos", profile_.duration_nanos);
        if (profile_.period_type) put_type("period_type", *profile_.period_type);
        field("", "period", profile_.period);
        for (const StringId comment : profile_.comments) out_.format("comment: {}\n", comment.value);
        field("", "default_sample_type", profile_.default_sample_type.value);
        field("", "doc_url", profile_.doc_url.value);
        return out_.finish();
    }

private:
    static constexpr std::string_view kOnce = "  ";
    static constexpr std::string_view kTwice = "    ";

    /// What is 0 is left out, as in all of proto3.
    template <typename T>
    void field(std::string_view indent, std::string_view name, T value) {
        if (value != T{}) out_.format("{}{}: {}\n", indent, name, value);
    }

    /// profile.proto's ids count from 1, and 0 is none, which is the one after kNone here.
    template <typename AnyId>
    void id(std::string_view indent, std::string_view name, AnyId value) {
        field(indent, name, value.value + 1);
    }

    void flag(std::string_view name, bool value) {
        if (value) out_.format("  {}: true\n", name);
    }

    void put_type(std::string_view name, const ValueType& type) {
        out_.format("{} {{\n", name);
        field(kOnce, "type", type.type.value);
        field(kOnce, "unit", type.unit.value);
        out_.text("}\n");
    }

    void put_sample(std::size_t i) {
        out_.text("sample {\n");
        for (const LocationId location : profile_.sample_stack(i)) id(kOnce, "location_id", location);
        for (const std::int64_t value : profile_.sample_values(i)) out_.format("  value: {}\n", value);
        for (const Label& label : profile_.sample_labels(i)) {
            out_.text("  label {\n");
            field(kTwice, "key", label.key.value);
            field(kTwice, "str", label.str.value);
            field(kTwice, "num", label.num);
            field(kTwice, "num_unit", label.num_unit.value);
            out_.text("  }\n");
        }
        out_.text("}\n");
    }

    void put_mapping(const Mapping& mapping, std::size_t number) {
        out_.text("mapping {\n");
        field(kOnce, "id", number);
        field(kOnce, "memory_start", mapping.memory_start);
        field(kOnce, "memory_limit", mapping.memory_limit);
        field(kOnce, "file_offset", mapping.file_offset);
        field(kOnce, "filename", mapping.filename.value);
        field(kOnce, "build_id", mapping.build_id.value);
        flag("has_functions", mapping.has_functions);
        flag("has_filenames", mapping.has_filenames);
        flag("has_line_numbers", mapping.has_line_numbers);
        flag("has_inline_frames", mapping.has_inline_frames);
        out_.text("}\n");
    }

    void put_location(const Location& location, std::size_t number) {
        out_.text("location {\n");
        field(kOnce, "id", number);
        id(kOnce, "mapping_id", location.mapping);
        field(kOnce, "address", location.address);
        for (const Line& line : profile_.location_lines(location)) {
            out_.text("  line {\n");
            id(kTwice, "function_id", line.function);
            field(kTwice, "line", line.line);
            field(kTwice, "column", line.column);
            out_.text("  }\n");
        }
        flag("is_folded", location.is_folded);
        out_.text("}\n");
    }

    void put_function(const Function& function, std::size_t number) {
        out_.text("function {\n");
        field(kOnce, "id", number);
        field(kOnce, "name", function.name.value);
        field(kOnce, "system_name", function.system_name.value);
        field(kOnce, "filename", function.filename.value);
        field(kOnce, "start_line", function.start_line);
        out_.text("}\n");
    }

    const Profile& profile_;
    PieceWriter out_;
};

}  // namespace

Result<> encode_text(const Profile& profile, const WriteBytes& write) { return TextEncoder(profile, write).run(); }

}  // namespace pgoprof
