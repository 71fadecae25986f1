#include "pgoprof/transform/call_edges.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "pgoprof/base/checked.h"
#include "pgoprof/base/hash_index.h"
#include "pgoprof/model/invariants.h"
#include "pgoprof/transform/raw_view.h"

namespace pgoprof {

/// The graph that internal/profile.NewGraph builds, as far as its weights matter. Nodes are made only for
/// locations that stand in the two leaf-most places of a sample with weight: the others would have no weight and be
/// dropped.
class EdgeBuilder::Graph {
public:
    explicit Graph(const RawProfile& raw)
        : raw_(raw),
          function_index_(raw.functions),
          location_nodes_(raw.locations.size()),
          function_names_(raw.functions.size()) {
        // A guess: as many as this end a sample in profiles of all sizes, or fewer.
        const std::size_t leaves = std::min<std::size_t>(raw.sample_total, raw.locations.size() / 4 * 3);
        leaves_.reserve(leaves);
        leaf_index_.reserve(leaves);
        arcs_.reserve(leaves);
        arc_index_.reserve(leaves);
        const std::size_t nodes = std::min(leaves + leaves / 5, raw.lines.size());
        nodes_.reserve(nodes);
        node_index_.reserve(nodes);
        location_node_ids_.reserve(nodes);
    }

    /// Of a sample only the two leaf-most locations matter, and what they add is proportional to the weight: samples
    /// that share them are one.
    template <typename AnyId>
    void add_sample(std::span<const AnyId> stack, std::int64_t weight) {
        if (stack.empty() || weight == 0) return;
        Leaf key{position(stack[0])};
        if (stack.size() > 1) key.caller = position(stack[1]);
        const auto equal = [&](std::uint32_t id) {
            return leaves_[id].location == key.location && leaves_[id].caller == key.caller;
        };
        const auto append = [&] {
            leaves_.push_back(key);
            return static_cast<std::uint32_t>(leaves_.size() - 1);
        };
        const auto hash = hash_mix(1, std::uint64_t{key.location} << 32 | key.caller);
        add(leaves_[leaf_index_.find_or_insert(hash, equal, append)].weight, weight);
    }

    Result<EdgeProfile> run() {
        leaf_index_ = {};  // makes room
        for (std::uint32_t i = 0; i < leaves_.size(); ++i) {
            if (!walk(leaves_[i], i + 1)) return too_many_frames();
        }
        if (!seen_start_line()) return no_start_line();
        collect_edges();
        if (overflow_) {
            return std::unexpected(to_error({Invariant::weight_overflow, {0, OffsetSpace::inflated}, "edge weights"}));
        }
        if (out_.total_weight == 0) return EdgeProfile{.ignored = SilentlyIgnored::zero_weight};
        sort_edges(out_);
        return std::move(out_);
    }

private:
    static constexpr std::uint32_t kNever = 0;  // the first leaf is number 1
    static constexpr std::uint32_t kNoCaller = 0xffffffff;
    static constexpr std::uint64_t kMostFrames = 16'000'000;

    /// All samples that end in the same two locations.
    struct Leaf {
        std::uint32_t location;  ///< position in the table
        std::uint32_t caller = kNoCaller;
        std::int64_t weight = 0;
    };

    /// graph.NodeInfo, with its weights.
    struct Node {
        StringId name;
        StringId file;  ///< not part of the key
        std::uint64_t address = 0;
        std::int64_t start_line = 0;
        std::int64_t line = 0;
        std::int64_t flat = 0;
        std::int64_t cumulative = 0;
        std::uint32_t seen_in = kNever;

        bool same_key(const Node& other) const {
            return name == other.name && address == other.address && start_line == other.start_line &&
                   line == other.line;
        }
        /// Nodes that cancel out are not kept, nor their out-edges.
        bool kept() const { return flat != 0 || cumulative != 0; }
    };

    struct Arc {
        std::uint32_t from;
        std::uint32_t to;
        std::int64_t weight = 0;
        std::uint32_t seen_in = kNever;
    };

    struct FunctionNames {
        StringId name;
        StringId file;
    };

    struct NodeRange {
        std::uint32_t begin = 0;
        std::uint32_t count = 0;  ///< 0: not made yet
    };

    static std::uint32_t position(std::uint32_t location) { return location; }
    static std::uint32_t position(LocationId location) { return location.value; }

    /// False if that would be more frames than any honest profile has.
    bool walk(const Leaf& leaf, std::uint32_t number) {
        std::optional<std::uint32_t> parent;
        if (leaf.caller != kNoCaller && !walk(leaf.caller, leaf.weight, number, parent)) return false;
        if (!walk(leaf.location, leaf.weight, number, parent)) return false;
        add(nodes_[*parent].flat, leaf.weight);
        return true;
    }

    bool walk(std::uint32_t position, std::int64_t weight, std::uint32_t number, std::optional<std::uint32_t>& parent) {
        const NodeRange range = nodes_of(position);
        if (range.count > frames_left_) return false;
        frames_left_ -= range.count;
        for (std::uint32_t n = range.begin + range.count; n-- > range.begin;) {
            visit(location_node_ids_[n], parent, number, weight);
            parent = location_node_ids_[n];
        }
        return true;
    }

    void visit(std::uint32_t id, std::optional<std::uint32_t> parent, std::uint32_t number, std::int64_t weight) {
        Node& node = nodes_[id];
        if (node.seen_in != number) {
            node.seen_in = number;
            add(node.cumulative, weight);
        }
        if (!parent || *parent == id) return;
        Arc& arc = arc_between(*parent, id);
        if (arc.seen_in == number) return;
        arc.seen_in = number;
        add(arc.weight, weight);
    }

    Arc& arc_between(std::uint32_t from, std::uint32_t to) {
        const auto equal = [&](std::uint32_t id) { return arcs_[id].from == from && arcs_[id].to == to; };
        const auto append = [&] {
            arcs_.push_back({from, to});
            return static_cast<std::uint32_t>(arcs_.size() - 1);
        };
        return arcs_[arc_index_.find_or_insert(hash_mix(1, std::uint64_t{from} << 32 | to), equal, append)];
    }

    NodeRange nodes_of(std::uint32_t position) {
        NodeRange& range = location_nodes_[position];
        if (range.count == 0) range = make_nodes(raw_.locations[position]);
        return range;
    }

    NodeRange make_nodes(const RawLocation& location) {
        const auto begin = static_cast<std::uint32_t>(location_node_ids_.size());
        static constexpr RawLine kNoLine;
        const auto lines = location.lines_count == 0 ? std::span(&kNoLine, 1) : raw_.location_lines(location);
        for (const RawLine& line : lines) location_node_ids_.push_back(intern_node(make_node(location, line)));
        return {begin, static_cast<std::uint32_t>(lines.size())};
    }

    Node make_node(const RawLocation& location, const RawLine& line) {
        if (line.function_id == 0) return {.address = location.address};
        const std::uint32_t position = *function_index_.find(line.function_id);
        const FunctionNames& names = function_names(position);
        return {.name = names.name,
                .file = names.file,
                .address = location.address,
                .start_line = raw_.functions[position].start_line,
                .line = line.line};
    }

    /// Functions may share a name: to the compiler they are one.
    const FunctionNames& function_names(std::uint32_t position) {
        auto& names = function_names_[position];
        if (!names) {
            const RawFunction& function = raw_.functions[position];
            names = {out_.names.intern(raw_.string(function.name)), out_.names.intern(raw_.string(function.filename))};
        }
        return *names;
    }

    std::uint32_t intern_node(const Node& node) {
        const auto lines = static_cast<std::uint64_t>(node.start_line) << 32 ^ static_cast<std::uint64_t>(node.line);
        const std::uint64_t hash = hash_mix(hash_mix(node.name.value, node.address), lines);
        const auto append = [&] {
            nodes_.push_back(node);
            return static_cast<std::uint32_t>(nodes_.size() - 1);
        };
        return node_index_.find_or_insert(hash, [&](std::uint32_t id) { return nodes_[id].same_key(node); }, append);
    }

    bool seen_start_line() const {
        return std::ranges::any_of(nodes_, [](const Node& node) { return node.kept() && node.start_line != 0; });
    }

    /// Arcs of all addresses and lines become edges by name and offset.
    void collect_edges() {
        node_index_ = arc_index_ = {};  // makes room
        HashIndex index;
        index.reserve(arcs_.size());
        for (const Arc& arc : arcs_) {
            const Node& from = nodes_[arc.from];
            if (!from.kept()) continue;
            const CallEdge key{.caller = from.name,
                               .callee = nodes_[arc.to].name,
                               .call_site_offset = subtract_wrapping(from.line, from.start_line),
                               .caller_file = from.file,
                               .call_line = from.line};
            add(edge_with(index, key).weight, arc.weight);
            add(out_.total_weight, arc.weight);
        }
    }

    CallEdge& edge_with(HashIndex& index, const CallEdge& key) {
        auto& edges = out_.edges;
        const auto equal = [&](std::uint32_t id) { return same_edge(edges[id], key); };
        const auto append = [&] {
            edges.push_back(key);
            return static_cast<std::uint32_t>(edges.size() - 1);
        };
        return edges[index.find_or_insert(edge_hash(key), equal, append)];
    }

    void add(std::int64_t& sum, std::int64_t weight) {
        if (!add_checked(sum, weight)) overflow_ = true;
    }

    static std::unexpected<Error> too_many_frames() {
        return std::unexpected(to_error({Invariant::size_limit,
                                         {0, OffsetSpace::inflated},
                                         "the two leaf-most locations of its samples hold millions of frames"}));
    }

    static std::unexpected<Error> no_start_line() {
        return std::unexpected(
            Error{.message = "profile missing Function.start_line data",
                  .remedy = "profile a program built with Go 1.20 or newer, and do not re-symbolize the profile",
                  .rule = "PGO202"});
    }

    const RawProfile& raw_;
    std::uint64_t frames_left_ = kMostFrames + 64 * raw_.sample_total;
    std::vector<Leaf> leaves_;
    HashIndex leaf_index_;
    WireIndex<RawFunction> function_index_;
    std::vector<NodeRange> location_nodes_;         // by position of the location
    std::vector<std::uint32_t> location_node_ids_;  // innermost first within a location
    std::vector<std::optional<FunctionNames>> function_names_;
    std::vector<Node> nodes_;
    HashIndex node_index_;
    std::vector<Arc> arcs_;
    HashIndex arc_index_;
    EdgeProfile out_;
    bool overflow_ = false;
};

Error no_usable_sample_type() {
    return {.message = "no sample type that the Go compiler reads",
            .remedy = "give a CPU profile: it needs samples/count or cpu/nanoseconds",
            .rule = "PGO201"};
}

namespace {

/// `texts_of` gives the name and the unit of a sample type.
template <typename Types, typename TextsOf>
std::optional<std::size_t> find_usable(const Types& types, const TextsOf& texts_of) {
    using Texts = std::pair<std::string_view, std::string_view>;
    constexpr std::array kUsable{Texts{"samples", "count"}, Texts{"cpu", "nanoseconds"}};
    const auto is_usable = [&](const Texts& texts) { return std::ranges::find(kUsable, texts) != kUsable.end(); };
    const auto found = std::ranges::find_if(types, is_usable, texts_of);
    if (found == types.end()) return std::nullopt;
    return static_cast<std::size_t>(found - types.begin());
}

}  // namespace

std::optional<std::size_t> chosen_sample_type(const RawProfile& raw) {
    return find_usable(raw.sample_types, [&](const RawValueType& type) {
        return std::pair(raw.string(type.type), raw.string(type.unit));
    });
}

std::optional<std::size_t> chosen_sample_type(const Profile& profile) {
    return find_usable(profile.sample_types, [&](const ValueType& type) {
        return std::pair(profile.strings[type.type], profile.strings[type.unit]);
    });
}

EdgeBuilder::EdgeBuilder(const RawProfile& tables)
    : tables_(tables), column_(chosen_sample_type(tables)), graph_(std::make_unique<Graph>(tables)) {}

EdgeBuilder::~EdgeBuilder() = default;

void EdgeBuilder::add(const RawSamples& batch) {
    if (!column_) return;
    for (std::size_t i = 0; i < batch.sample_count(); ++i) {
        graph_->add_sample(batch.sample_stack(i), batch.sample_values(i)[*column_]);
    }
}

void EdgeBuilder::add(const Profile& profile) {
    if (!column_) return;
    for (std::size_t i = 0; i < profile.sample_count(); ++i) {
        graph_->add_sample(profile.sample_stack(i), profile.sample_values(i)[*column_]);
    }
}

Result<EdgeProfile> EdgeBuilder::finish() {
    if (tables_.strings.empty()) return EdgeProfile{.ignored = SilentlyIgnored::empty_file};
    if (tables_.sample_total == 0) return EdgeProfile{.ignored = SilentlyIgnored::no_samples};
    if (!column_) return std::unexpected(no_usable_sample_type());
    return graph_->run();
}

Result<EdgeProfile> build_call_edges(const RawProfile& raw) {
    EdgeBuilder builder(raw);
    builder.add(raw);
    return builder.finish();
}

Result<EdgeProfile> build_call_edges(const Profile& profile) {
    const RawProfile tables = raw_tables(profile);
    EdgeBuilder builder(tables);
    builder.add(profile);
    return builder.finish();
}

}  // namespace pgoprof
