#include <algorithm>
#include <numeric>
#include <tuple>
#include <vector>

#include "pgoprof/base/checked.h"
#include "pgoprof/base/hash_index.h"
#include "pgoprof/base/text.h"
#include "pgoprof/codec/export.h"
#include "pgoprof/codec/piece_writer.h"

namespace pgoprof {
namespace {

/// What was counted at a line: there itself, or in a call from there.
struct Cost {
    FunctionId function;
    std::int64_t line = 0;
    FunctionId callee = kNone<FunctionId>;  ///< kNone for the line's own cost
    friend bool operator==(const Cost&, const Cost&) = default;
};

class CallgrindEncoder {
public:
    CallgrindEncoder(const Profile& profile, const WriteBytes& write)
        : profile_(profile), out_(write), last_sample_(profile.functions.size() + 1, kNever) {}

    Result<> run() {
        for (std::size_t i = 0; i < profile_.sample_count(); ++i) add_sample(i);
        if (overflow_) {
            return fail({.code = ErrorCode::overflow, .message = "a sum of costs overflows 64 bits", .rule = "PGO126"});
        }
        put_header();
        put_costs();
        out_.text("\ntotals:");
        put_values(totals_);
        return out_.finish();
    }

private:
    static constexpr std::size_t kNever = ~std::size_t{0};

    struct Frame {
        FunctionId function = kNone<FunctionId>;
        std::int64_t line = 0;
    };

    /// Of each function the first call in a sample counts, so that what comes in to it, which is what readers take for
    /// its inclusive cost, counts once, however deep it recurs.
    void add_sample(std::size_t sample) {
        read_stack(sample);
        const auto values = profile_.sample_values(sample);
        add(totals_, values);
        for (std::size_t n = 0; n < frames_.size(); ++n) {
            const bool is_first = std::exchange(last_sample_[slot(frames_[n])], sample) != sample;
            if (n == 0 || !is_first) continue;
            count({frames_[n - 1].function, frames_[n - 1].line, frames_[n].function}, values);
        }
        if (!frames_.empty()) count({frames_.back().function, frames_.back().line, kSelf}, values);
    }

    /// A callee that no profile has; kNone is the function that is not known.
    static constexpr FunctionId kSelf{kNone<FunctionId>.value - 1};

    std::size_t slot(const Frame& frame) const {
        return frame.function == kNone<FunctionId> ? profile_.functions.size() : frame.function.value;
    }

    /// From the root.
    void read_stack(std::size_t sample) {
        frames_.clear();
        const auto stack = profile_.sample_stack(sample);
        for (std::size_t n = stack.size(); n-- > 0;) {
            const auto lines = profile_.location_lines(profile_.locations[stack[n].value]);
            if (lines.empty()) frames_.emplace_back();
            for (std::size_t k = lines.size(); k-- > 0;) frames_.push_back({lines[k].function, lines[k].line});
        }
    }

    void count(const Cost& cost, std::span<const std::int64_t> values) {
        const std::uint64_t hash = hash_mix(hash_mix(hash_mix(1, cost.function.value), cost.callee.value),
                                            static_cast<std::uint64_t>(cost.line));
        const auto is_cost = [&](std::uint32_t id) { return costs_[id] == cost; };
        const auto append = [&] {
            costs_.push_back(cost);
            values_.emplace_back();
            return static_cast<std::uint32_t>(costs_.size() - 1);
        };
        add(values_[index_.find_or_insert(hash, is_cost, append)], values);
    }

    void add(std::vector<std::int64_t>& sums, std::span<const std::int64_t> values) {
        sums.resize(values.size());
        for (std::size_t i = 0; i < values.size(); ++i) overflow_ = !add_checked(sums[i], values[i]) || overflow_;
    }

    void put_header() {
        out_.text("# callgrind format\nversion: 1\ncreator: pgoprof\npositions: line\nevents:");
        for (const ValueType& type : profile_.sample_types) out_.format(" {}", event_name(type));
        out_.text("\n");
    }

    /// A word, as the format wants it: "cpu_nanoseconds".
    std::string event_name(const ValueType& type) const {
        std::string name = fmt::format("{}_{}", profile_.strings[type.type], profile_.strings[type.unit]);
        const auto is_word = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        };
        std::ranges::replace_if(name, std::not_fn(is_word), '_');
        return name;
    }

    /// By function, a function's own costs before its calls.
    void put_costs() {
        std::vector<std::uint32_t> order(costs_.size());
        std::iota(order.begin(), order.end(), 0);
        const auto key = [&](std::uint32_t id) {
            const Cost& cost = costs_[id];
            return std::tuple(slot({cost.function}), cost.callee != kSelf, cost.line, cost.callee.value);
        };
        std::ranges::sort(order, {}, key);
        FunctionId current = kSelf;
        for (const std::uint32_t id : order) {
            const Cost& cost = costs_[id];
            if (cost.function != current) {
                out_.text("\n");
                put_function("fl", "fn", cost.function);
            }
            current = cost.function;
            if (cost.callee != kSelf) put_call(cost.callee, values_[id]);
            out_.format("{}", std::max<std::int64_t>(cost.line, 0));
            put_values(values_[id]);
        }
    }

    /// How often a function was called a profile does not tell: the first value stands for it.
    void put_call(FunctionId callee, const std::vector<std::int64_t>& values) {
        put_function("cfi", "cfn", callee);
        const bool known = callee != kNone<FunctionId>;
        const std::int64_t line = known ? profile_.functions[callee.value].start_line : 0;
        const std::int64_t calls = values.empty() ? 1 : std::max<std::int64_t>(values.front(), 1);
        out_.format("calls={} {}\n", calls, std::max<std::int64_t>(line, 0));
    }

    void put_function(std::string_view file_field, std::string_view name_field, FunctionId id) {
        const bool known = id != kNone<FunctionId>;
        const Function function = known ? profile_.functions[id.value] : Function{};
        out_.format("{}={}\n", file_field, shown(function.filename, "???"));
        out_.format("{}={}\n", name_field, shown(function.name, "[unknown]"));
    }

    /// One line; "(" at its beginning would be a number that stands for a name.
    std::string shown(StringId id, std::string_view otherwise) const {
        const std::string_view text = profile_.strings[id];
        if (text.empty()) return std::string(otherwise);
        std::string line = escape_line(text);
        if (line.front() == '(' || line.front() == ' ') line.insert(0, "\\");
        return line;
    }

    void put_values(const std::vector<std::int64_t>& values) {
        for (const std::int64_t value : values) out_.format(" {}", value);
        out_.text("\n");
    }

    const Profile& profile_;
    PieceWriter out_;
    HashIndex index_;
    std::vector<Cost> costs_;
    std::vector<std::vector<std::int64_t>> values_;  ///< of each cost
    std::vector<std::int64_t> totals_;
    std::vector<Frame> frames_;
    std::vector<std::size_t> last_sample_;  ///< in which a function was seen
    bool overflow_ = false;
};

}  // namespace

Result<> encode_callgrind(const Profile& profile, const WriteBytes& write) {
    return CallgrindEncoder(profile, write).run();
}

}  // namespace pgoprof
