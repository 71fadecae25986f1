#include "support/random_profile.h"

#include <map>
#include <random>
#include <string>
#include <vector>

namespace pgoprof::testing {
namespace {

namespace pb = perftools::profiles;

class Generator {
public:
    explicit Generator(std::uint64_t seed) : random_(seed) { string(""); }

    pb::Profile run() {
        for (int i = number(1, 3); i > 0; --i) value_type(*profile_.add_sample_type());
        for (int i = number(0, 3); i > 0; --i) mapping();
        for (int i = number(1, 20); i > 0; --i) function();
        for (int i = number(1, 30); i > 0; --i) location();
        for (int i = number(0, 50); i > 0; --i) sample();
        profile_.set_drop_frames(maybe_string());
        profile_.set_keep_frames(maybe_string());
        profile_.set_time_nanos(number(0, 1 << 30) * 1'000'000'000LL);
        profile_.set_duration_nanos(number(0, 100) * 300'000'000LL);
        if (number(0, 3) != 0) value_type(*profile_.mutable_period_type());
        profile_.set_period(number(0, 10'000'000));
        for (int i = number(0, 3); i > 0; --i) profile_.add_comment(name());
        profile_.set_default_sample_type(maybe_string());
        profile_.set_doc_url(maybe_string());
        for (const std::string& text : strings_) profile_.add_string_table(text);
        return profile_;
    }

private:
    void value_type(pb::ValueType& type) {
        type.set_type(maybe_string());
        type.set_unit(maybe_string());
    }

    void mapping() {
        pb::Mapping& mapping = *profile_.add_mapping();
        mapping.set_id(static_cast<std::uint64_t>(profile_.mapping_size()));
        mapping.set_memory_start(word());
        mapping.set_memory_limit(word());
        mapping.set_file_offset(word());
        mapping.set_filename(maybe_string());
        mapping.set_build_id(maybe_string());
        mapping.set_has_functions(number(0, 1) == 1);
        mapping.set_has_filenames(number(0, 1) == 1);
        mapping.set_has_line_numbers(number(0, 1) == 1);
        mapping.set_has_inline_frames(number(0, 1) == 1);
    }

    void function() {
        pb::Function& function = *profile_.add_function();
        function.set_id(static_cast<std::uint64_t>(profile_.function_size()));
        function.set_name(maybe_string());
        function.set_system_name(maybe_string());
        function.set_filename(maybe_string());
        function.set_start_line(number(-5, 1000));
    }

    void location() {
        pb::Location& location = *profile_.add_location();
        location.set_id(static_cast<std::uint64_t>(profile_.location_size()));
        location.set_mapping_id(static_cast<std::uint64_t>(number(0, profile_.mapping_size())));
        location.set_address(word());
        for (int i = number(0, 4); i > 0; --i) {
            pb::Line& line = *location.add_line();
            line.set_function_id(static_cast<std::uint64_t>(number(0, profile_.function_size())));
            line.set_line(number(-5, 2000));
            line.set_column(number(0, 80));
        }
        location.set_is_folded(number(0, 3) == 0);
    }

    void sample() {
        pb::Sample& sample = *profile_.add_sample();
        for (int i = number(0, 6); i > 0; --i) {
            sample.add_location_id(static_cast<std::uint64_t>(number(1, profile_.location_size())));
        }
        for (int i = profile_.sample_type_size(); i > 0; --i) sample.add_value(number(-3, 100) * 10'000'000LL);
        for (int i = number(0, 3); i > 0; --i) label(*sample.add_label());
    }

    void label(pb::Label& label) {
        label.set_key(name());
        if (number(0, 1) == 0) {
            label.set_str(maybe_string());
        } else {
            label.set_num(static_cast<std::int64_t>(word()));
            label.set_num_unit(maybe_string());
        }
    }

    std::int64_t maybe_string() { return number(0, 2) == 0 ? 0 : name(); }

    /// Names are bytes: some are not UTF-8, some hold NULs.
    std::int64_t name() {
        static const std::string kOdd[]{std::string("\xff\xfe"), std::string("a\0b", 3), "ünï", "\n", "[...]"};
        const int pick = number(0, 40);
        return pick < 5 ? string(kOdd[pick]) : string("pkg.f" + std::to_string(pick));
    }

    std::int64_t string(const std::string& text) {
        const auto [found, added] = ids_.try_emplace(text, static_cast<std::int64_t>(strings_.size()));
        if (added) strings_.push_back(text);
        return found->second;
    }

    /// All sizes of varint.
    std::uint64_t word() { return random_() >> number(0, 63); }

    int number(int from, int to) { return std::uniform_int_distribution<int>(from, to)(random_); }

    std::mt19937_64 random_;
    pb::Profile profile_;
    std::vector<std::string> strings_;
    std::map<std::string, std::int64_t> ids_;
};

}  // namespace

perftools::profiles::Profile random_profile(std::uint64_t seed) { return Generator(seed).run(); }

}  // namespace pgoprof::testing
