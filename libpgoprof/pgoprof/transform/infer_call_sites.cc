#include "pgoprof/transform/infer_call_sites.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "pgoprof/base/hash.h"
#include "pgoprof/model/profile_builder.h"
#include "pgoprof/transform/call_edges.h"
#include "pgoprof/transform/infer_sites.h"
#include "pgoprof/transform/standard_packages.h"
#include "pgoprof/transform/symbol_name.h"

namespace pgoprof {
namespace {

class Inference {
public:
    Inference(const Profile& profile, const GoBinary& binary) : in_(profile), sites_(binary) {}

    Result<InferredProfile> run() {
        name_functions();
        scan_callers();
        find_indirect_callees();
        weigh_functions();
        copy_header();
        for (std::size_t i = 0; i < in_.sample_count(); ++i) {
            read_stack(i);
            build_stack();
            weigh_call(weight(i));
            if (auto added = add_sample(i); !added) return std::unexpected(added.error());
        }
        return InferredProfile{std::move(builder_.profile), counts_};
    }

private:
    /// One function on a stack, as the profile has it.
    struct Frame {
        StringId name;          ///< in `sites_`; empty where there is no function
        std::int64_t line = 0;  ///< 0 where not given
        FunctionId function = kNone<FunctionId>;
        bool inlined = false;  ///< the profile has it in one location with its caller
    };

    void name_functions() {
        for (const Function& function : in_.functions) names_.push_back(sites_.add_name(in_.strings[function.name]));
        counts_.functions = sites_.names().size() - 1;
    }

    /// Functions that call another on some stack.
    void scan_callers() {
        std::unordered_set<std::uint32_t> scanned;
        for (std::size_t i = 0; i < in_.sample_count(); ++i) {
            read_stack(i);
            for (std::size_t n = 0; n + 1 < frames_.size(); ++n) {
                const StringId name = frames_[n].name;
                if (scanned.insert(name.value).second) sites_.scan(name);
            }
        }
        for (std::uint32_t id = 1; id <= counts_.functions; ++id) {
            counts_.unknown_functions += sites_.place(StringId{id}).known ? 0 : 1;
        }
    }

    /// Who may have been called indirectly: where several were, from one of several places, none is known to be whose.
    void find_indirect_callees() {
        for (std::size_t i = 0; i < in_.sample_count(); ++i) {
            read_stack(i);
            for (std::size_t n = 0; n + 1 < frames_.size(); ++n) {
                const StringId caller = frames_[n].name;
                const StringId callee = frames_[n + 1].name;
                if (is_called_indirectly(caller, callee)) indirect_callees_[caller.value].insert(callee.value);
            }
        }
    }

    bool is_called_indirectly(StringId caller, StringId callee) const {
        return caller != StringId{} && callee != StringId{} && sites_.place(callee).known && !is_interruption(callee) &&
               sites_.sites(caller, callee).empty();
    }

    enum class Whose : std::uint8_t { unclear, of_any_program, own };

    /// Go's own functions are in any program, as is main.main; what has no package is C or of another language.
    static Whose whose(std::string_view function) {
        const SymbolName symbol = parse_symbol_name(function);
        if (symbol.parts.empty()) return Whose::unclear;
        const bool of_any = function == "main.main" || is_standard_package(unescape_import_path(symbol.package));
        return of_any ? Whose::of_any_program : Whose::own;
    }

    /// How much of the profile the binary has.
    void weigh_functions() {
        std::vector<Whose> owners;
        for (std::uint32_t id = 0; id <= counts_.functions; ++id) owners.push_back(whose(sites_.names()[StringId{id}]));
        std::array<double, 3> all{};
        std::array<double, 3> known{};
        for (std::size_t i = 0; i < in_.sample_count(); ++i) {
            read_stack(i);
            for (const Frame& frame : frames_) {
                const auto owner = static_cast<std::size_t>(owners[frame.name.value]);
                all[owner] += weight(i);
                if (sites_.place(frame.name).known) known[owner] += weight(i);
            }
        }
        const auto telling = static_cast<std::size_t>(all[2] != 0 ? Whose::own : Whose::of_any_program);
        counts_.own_weight = all[telling];
        counts_.known_weight = known[telling];
    }

    double weight(std::size_t sample) const {
        const auto values = in_.sample_values(sample);
        return values.empty() ? 0 : std::abs(static_cast<double>(values[column_.value_or(values.size() - 1)]));
    }

    void copy_header() {
        Profile& out = builder_.profile;
        const auto copy = [&](StringId id) { return builder_.string(in_.strings[id]); };
        const auto copy_type = [&](const ValueType& type) { return ValueType{copy(type.type), copy(type.unit)}; };
        for (const ValueType& type : in_.sample_types) out.sample_types.push_back(copy_type(type));
        for (const StringId comment : in_.comments) out.comments.push_back(copy(comment));
        if (in_.period_type) out.period_type = copy_type(*in_.period_type);
        out.period = in_.period;
        out.time_nanos = in_.time_nanos;
        out.duration_nanos = in_.duration_nanos;
        out.default_sample_type = copy(in_.default_sample_type);
        out.doc_url = copy(in_.doc_url);
    }

    /// From the root to the leaf.
    void read_stack(std::size_t sample) {
        frames_.clear();
        const auto stack = in_.sample_stack(sample);
        for (std::size_t n = stack.size(); n-- > 0;) {
            const auto lines = in_.location_lines(in_.locations[stack[n].value]);
            if (lines.empty()) frames_.emplace_back();
            for (std::size_t k = lines.size(); k-- > 0;) {
                const FunctionId function = lines[k].function;
                const StringId name = function == kNone<FunctionId> ? StringId{} : names_[function.value];
                frames_.push_back({name, lines[k].line, function, k + 1 < lines.size()});
            }
        }
    }

    /// Groups the frames by the code that they share.
    void build_stack() {
        stack_.clear();
        lines_.clear();
        for (std::size_t n = 0; n < frames_.size(); ++n) {
            const Frame& frame = frames_[n];
            if (n + 1 == frames_.size()) {
                push_line(frame, frame.line);
                end_location();
                break;
            }
            const Frame& callee = frames_[n + 1];
            const Site* const site = find_site(frame, callee);
            leaf_line_ = site != nullptr ? site->frames.front().line : frame.line;
            push_line(frame, leaf_line_);
            if (site != nullptr) push_left_out(*site);
            if (!callee.inlined && (site == nullptr || !site->inlined)) end_location();
        }
        std::ranges::reverse(stack_);
    }

    /// The compiler takes the call of a stack's leaf alone.
    void weigh_call(double weight) {
        if (frames_.size() < 2) return;
        counts_.call_weight += weight;
        if (leaf_line_ != 0) counts_.lined_weight += weight;
    }

    void push_line(const Frame& frame, std::int64_t line) {
        if (frame.function == kNone<FunctionId>) return;
        lines_.push_back({.function = function(frame.name, &in_.functions[frame.function.value]), .line = line});
    }

    void push_left_out(const Site& site) {
        for (const SiteFrame& inner : std::span(site.frames).subspan(1)) {
            lines_.push_back({.function = function(inner.function, nullptr), .line = inner.line});
        }
    }

    FunctionId function(StringId name, const Function* given) {
        const CodeSites::Place place = sites_.place(name);
        const std::string_view text = sites_.names()[name];
        if (place.known) return builder_.function(text, place.file, place.start_line);
        return builder_.function(text, given ? in_.strings[given->filename] : "", given ? given->start_line : 0);
    }

    void end_location() {
        std::ranges::reverse(lines_);
        stack_.push_back(builder_.location(kNone<MappingId>, 0, lines_));
        lines_.clear();
    }

    /// The site that the profile's own line names, else the first.
    const Site* find_site(const Frame& frame, const Frame& callee) {
        if (frame.name == StringId{} || callee.name == StringId{}) return nullptr;
        auto sites = sites_.sites(frame.name, callee.name);
        if (is_called_indirectly(frame.name, callee.name)) {
            sites = sites_.indirect_sites(frame.name);
            if (sites.size() > 1 && indirect_callees_[frame.name.value].size() > 1 && frame.line == 0) sites = {};
        }
        const bool given = frame.line != 0;
        count(frame, callee, sites.size());
        if (sites.empty()) return nullptr;
        if (!given) return &sites.front();
        const auto found =
            std::ranges::find(sites, frame.line, [](const Site& site) { return site.frames.front().line; });
        return found == sites.end() ? nullptr : &*found;
    }

    /// Of code that was not called where the stack has it: it interrupted.
    bool is_interruption(StringId callee) const {
        const std::string_view name = sites_.names()[callee];
        return name == "runtime.asyncPreempt" || name == "runtime.sigpanic";
    }

    void count(const Frame& frame, const Frame& callee, std::size_t sites) {
        const std::uint64_t pair = hash_mix(hash_mix(hash_mix(1, frame.name.value), callee.name.value),
                                            static_cast<std::uint64_t>(frame.line));
        if (!counted_.insert(pair).second) return;
        std::uint64_t& counter = frame.line != 0 ? counts_.given
                                 : sites == 0    ? counts_.not_found
                                 : sites == 1    ? counts_.unique
                                                 : counts_.ambiguous;
        ++counter;
    }

    Result<> add_sample(std::size_t sample) {
        labels_.clear();
        const auto copy = [&](StringId id) { return builder_.string(in_.strings[id]); };
        for (const Label& label : in_.sample_labels(sample)) {
            labels_.push_back({copy(label.key), copy(label.str), label.num, copy(label.num_unit)});
        }
        return builder_.add_sample(stack_, in_.sample_values(sample), labels_);
    }

    const Profile& in_;
    std::optional<std::size_t> column_ = chosen_sample_type(in_);
    CodeSites sites_;
    ProfileBuilder builder_;
    CallSiteCounts counts_;
    std::vector<StringId> names_;  ///< of each function, in `sites_`
    std::unordered_set<std::uint64_t> counted_;
    std::unordered_map<std::uint32_t, std::unordered_set<std::uint32_t>> indirect_callees_;  ///< by the caller
    std::vector<Frame> frames_;
    std::int64_t leaf_line_ = 0;  ///< of the call that the leaf-most caller makes
    std::vector<Line> lines_;     ///< of the location that is built, outermost first
    std::vector<LocationId> stack_;
    std::vector<Label> labels_;
};

}  // namespace

bool has_call_sites(const Profile& profile) {
    return std::ranges::any_of(profile.lines, [&](const Line& line) {
        if (line.line == 0 || line.function == kNone<FunctionId>) return false;
        const Function& function = profile.functions[line.function.value];
        return function.start_line != 0 && function.name != StringId{};
    });
}

Result<InferredProfile> infer_call_sites(const Profile& profile, const GoBinary& binary) {
    return Inference(profile, binary).run();
}

}  // namespace pgoprof
