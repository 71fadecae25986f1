#include "pgoprof/lint/survey.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "pgoprof/lint/function_names.h"
#include "pgoprof/transform/durations.h"

namespace pgoprof::detail {
namespace {

/// What the samples at a location are to be told by.
using Traits = unsigned;

constexpr Traits kGo = 1;             ///< holds a Go function
constexpr Traits kLost = 2;           ///< stands for lost samples
constexpr Traits kBeginsRuntime = 4;  ///< its outermost function begins the runtime's own goroutines
constexpr Traits kSeveralFrames = 8;  ///< holds inlined frames

class Surveyor {
public:
    explicit Surveyor(const RawProfile& raw) : raw_(raw), functions_(raw.functions) {
        function_traits_.reserve(raw.functions.size());
        for (const RawFunction& function : raw.functions) function_traits_.push_back(traits_of(function));
        traits_.reserve(raw.locations.size());
        for (const RawLocation& location : raw.locations) traits_.push_back(traits_of(location));
    }

    Survey run(std::size_t column) {
        out_.totals = profile_totals(raw_);
        out_.inlined = std::ranges::any_of(traits_, [](Traits traits) { return (traits & kSeveralFrames) != 0; });
        out_.inputs = input_summary(raw_);
        runtime_weights_.resize(raw_.functions.size());
        for (std::size_t i = 0; i < raw_.sample_count(); ++i) {
            const std::int64_t value = raw_.sample_values(i)[column];
            if (value < 0) ++out_.negative;
            if (value != 0) add(raw_.sample_stack(i), std::abs(static_cast<double>(value)));
        }
        name_main_runtime();
        return out_;
    }

private:
    Traits traits_of(const RawFunction& function) const {
        const std::string_view name = raw_.string(function.name);
        Traits traits = 0;
        if (stands_for_lost_samples(name)) traits |= kLost;
        if (begins_runtime_work(name)) traits |= kBeginsRuntime;
        const bool go = function.start_line != 0 || is_go_symbol(name);
        if (go && !stands_for_foreign_code(name)) traits |= kGo;
        return traits;
    }

    Traits traits_of(const RawLocation& location) const {
        const auto lines = raw_.location_lines(location);
        Traits traits = lines.size() > 1 ? kSeveralFrames : 0;
        for (const RawLine& line : lines) traits |= of_function(line) & (kGo | kLost);
        if (!lines.empty()) traits |= of_function(lines.back()) & kBeginsRuntime;
        return traits;
    }

    Traits of_function(const RawLine& line) const {
        return line.function_id == 0 ? 0 : function_traits_[*functions_.find(line.function_id)];
    }

    void add(std::span<const std::uint32_t> stack, double weight) {
        if (stack.empty()) return;
        const Traits leaf = traits_[stack[0]];
        const Traits caller = stack.size() > 1 ? traits_[stack[1]] : 0;
        out_.weight += weight;
        if (stack.size() == 1 && !(leaf & kSeveralFrames)) out_.of_one_frame += weight;
        if (!((leaf | caller) & kGo)) out_.without_go += weight;
        if (leaf & kLost) out_.lost += weight;
        if (traits_[stack.back()] & kBeginsRuntime) add_runtime(raw_.locations[stack.back()], weight);
    }

    void add_runtime(const RawLocation& root, double weight) {
        out_.of_runtime += weight;
        runtime_weights_[*functions_.find(raw_.location_lines(root).back().function_id)] += weight;
    }

    void name_main_runtime() {
        if (out_.of_runtime == 0) return;
        const auto most = std::ranges::max_element(runtime_weights_);
        const auto position = static_cast<std::size_t>(most - runtime_weights_.begin());
        out_.main_runtime = raw_.string(raw_.functions[position].name);
    }

    const RawProfile& raw_;
    WireIndex<RawFunction> functions_;
    std::vector<Traits> function_traits_;  // by position
    std::vector<Traits> traits_;           // of locations, by position
    std::vector<double> runtime_weights_;  // by position of the function
    Survey out_;
};

}  // namespace

Survey survey(const RawProfile& raw, std::size_t column) { return Surveyor(raw).run(column); }

}  // namespace pgoprof::detail
