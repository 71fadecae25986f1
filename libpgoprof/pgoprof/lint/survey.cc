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

/// What marks the samples of the profile that a difference subtracts (google/pprof's profile.SetLabel).
constexpr std::string_view kDifferenceLabel = "pprof::base";

}  // namespace

class Surveyor::Walk {
public:
    Walk(const RawProfile& tables, std::optional<std::size_t> column)
        : raw_(tables),
          column_(column),
          functions_(tables.functions),
          runtime_weights_(tables.functions.size()),
          totals_(tables),
          personal_labels_(tables) {
        function_traits_.reserve(raw_.functions.size());
        for (const RawFunction& function : raw_.functions) function_traits_.push_back(traits_of(function));
        traits_.reserve(raw_.locations.size());
        for (const RawLocation& location : raw_.locations) traits_.push_back(traits_of(location));
        out_.inlined = std::ranges::any_of(traits_, [](Traits traits) { return (traits & kSeveralFrames) != 0; });
        out_.inputs = input_summary(raw_);
    }

    void add(const RawSamples& batch) {
        totals_.add(batch);
        personal_labels_.add(batch);
        for (const RawLabel& label : batch.labels) {
            if (raw_.string(label.key) == kDifferenceLabel) ++out_.of_difference;
        }
        for (std::size_t i = 0; i < batch.sample_count(); ++i) {
            const auto stack = batch.sample_stack(i);
            if (stack.size() > 1 || (stack.size() == 1 && (traits_[stack[0]] & kSeveralFrames))) {
                out_.second_frame = true;
            }
            if (column_) add(stack, batch.sample_values(i)[*column_]);
        }
    }

    Survey finish() {
        name_main_runtime();
        out_.totals = totals_.totals();
        out_.personal_labels = std::move(personal_labels_).take();
        return std::move(out_);
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

    void add(std::span<const std::uint32_t> stack, std::int64_t value) {
        if (value == 0) return;
        out_.all_zero = false;
        if (value < 0) ++out_.negative;
        if (value > 0 && (out_.smallest == 0 || value < out_.smallest)) out_.smallest = value;
        if (stack.empty()) return;
        const double weight = std::abs(static_cast<double>(value));
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
    std::optional<std::size_t> column_;
    WireIndex<RawFunction> functions_;
    std::vector<Traits> function_traits_;  // by position
    std::vector<Traits> traits_;           // of locations, by position
    std::vector<double> runtime_weights_;  // by position of the function
    TotalsSum totals_;
    PersonalLabels personal_labels_;
    Survey out_;
};

Surveyor::Surveyor(const RawProfile& tables, std::optional<std::size_t> column)
    : walk_(std::make_unique<Walk>(tables, column)) {}

Surveyor::~Surveyor() = default;

void Surveyor::add(const RawSamples& batch) { walk_->add(batch); }

Survey Surveyor::finish() && { return walk_->finish(); }

}  // namespace pgoprof::detail
