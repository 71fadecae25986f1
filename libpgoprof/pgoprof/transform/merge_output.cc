#include "pgoprof/transform/merge_output.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <numeric>
#include <tuple>
#include <utility>

#include "pgoprof/base/parallel.h"
#include "pgoprof/transform/merge_order.h"

namespace pgoprof::merging {
namespace {

/// New ids for old ones, by position.
template <typename AnyId>
using Renumbering = std::vector<AnyId>;

/// Positions for which `kept` holds, in the order of `less`.
template <typename Kept, typename Less>
std::vector<std::uint32_t> sorted_positions(std::size_t count, const Kept& kept, const Less& less) {
    std::vector<std::uint32_t> positions;
    for (std::uint32_t i = 0; i < count; ++i) {
        if (kept(i)) positions.push_back(i);
    }
    std::ranges::sort(positions, less);
    return positions;
}

/// The id that each position gets by its place in `order`.
template <typename AnyId>
Renumbering<AnyId> renumber(std::size_t count, const std::vector<std::uint32_t>& order) {
    Renumbering<AnyId> ids(count, kNone<AnyId>);
    for (std::uint32_t i = 0; i < order.size(); ++i) ids[order[i]] = AnyId{i};
    return ids;
}

/// What a StreamedProfile visits.
struct KeptSamples {
    std::vector<SampleId> order;
    std::vector<std::uint32_t> slots;  ///< of the columns, in their order
    SampleStore store;
    Tables tables;

    void visit(const VisitSample& visit) const {
        constexpr std::size_t kAhead = 8;
        std::vector<std::int64_t> values(slots.size());
        std::vector<LocationId> stack;
        for (std::size_t i = 0; i < order.size(); ++i) {
            if (i + kAhead < order.size()) store.prefetch(order[i + kAhead]);
            const SampleId sample = order[i];
            const auto sums = store.values(sample);
            std::ranges::transform(slots, values.begin(), [&](std::uint32_t slot) { return sums[slot]; });
            stack.resize(store.depth(sample));
            store.packing().for_each(store.stack(sample),
                                     [next = stack.data()](LocationId location) mutable { *next++ = location; });
            if (!visit({stack, values, tables.labels_of(store.labels(sample))})) return;
        }
    }
};

/// Renumbers table after table, each by contents that are already in their new numbers; new string ids compare as the
/// strings do.
class Canonicalizer {
public:
    Canonicalizer(Folded&& folded, unsigned threads)
        : threads_(std::max(threads, 1U)),
          folded_(std::move(folded)),
          tables_(folded_.tables),
          store_(folded_.samples) {}

    StreamedProfile run() {
        store_.end_inserting();
        mark_used();
        write_strings();
        write_header();
        write_functions();
        write_mappings();
        write_locations();
        renumber_label_sets();
        order_samples();
        return stream();
    }

private:
    template <typename Work>
    void for_each_share(const Work& work);
    bool counts(SampleId sample) const;
    void count_uses();
    void mark_used();
    void mark_function(FunctionId function);
    std::vector<std::uint32_t> ordered_columns() const;

    void write_strings();
    void write_header();
    void write_functions();
    void write_mappings();
    void write_locations();
    void put_most_used_first(std::vector<std::uint32_t>& order) const;
    void renumber_label_sets();
    void order_samples();
    std::vector<std::vector<std::size_t>> renumbered_leaves() const;
    StreamedProfile stream();

    void use(StringId string) { used_strings_[string.value] = true; }
    StringId renumbered(StringId old) const { return strings_[old.value]; }

    unsigned threads_;
    Folded folded_;
    Tables& tables_;
    SampleStore& store_;
    Profile out_;

    std::vector<SampleId> samples_;  // the ones that are not all zero, in order
    std::vector<bool> used_strings_;
    std::vector<bool> used_functions_;
    std::vector<std::uint64_t> location_uses_;
    std::vector<std::vector<std::size_t>> leaf_uses_;  // by share and StackPacking::leaf_rank
    std::vector<bool> used_label_sets_;

    Renumbering<StringId> strings_;
    Renumbering<FunctionId> functions_;
    Renumbering<MappingId> mappings_;
    Renumbering<LocationId> locations_;
    Renumbering<LabelSetId> label_sets_;
};

/// A sample that is all zero is left out.
bool Canonicalizer::counts(SampleId sample) const {
    const auto values = std::as_const(store_).values(sample);
    return std::ranges::any_of(folded_.columns, [&](const Column& column) { return values[column.slot] != 0; });
}

/// How many samples each location and label set stands in, and of how many of each share it is the leaf.
void Canonicalizer::count_uses() {
    location_uses_.resize(tables_.locations.size());
    used_label_sets_.resize(tables_.label_sets.size());
    leaf_uses_.resize(std::min<std::size_t>(threads_, store_.chunk_count()));
    std::mutex mutex;
    for_each_share([&](std::size_t share, const auto& visit_all) {
        std::vector<std::uint64_t> uses(location_uses_.size());
        std::vector<bool> label_sets(used_label_sets_.size());
        leaf_uses_[share].resize(location_uses_.size() + 1);
        visit_all([&](SampleId sample) {
            const auto stack = std::as_const(store_).stack(sample);
            store_.packing().for_each(stack, [&](LocationId location) { ++uses[location.value]; });
            ++leaf_uses_[share][stack.empty() ? 0 : store_.packing().leaf_rank(stack.front())];
            label_sets[store_.labels(sample).value] = true;
        });
        const std::scoped_lock lock(mutex);
        std::ranges::transform(uses, location_uses_, location_uses_.begin(), std::plus{});
        std::transform(label_sets.begin(), label_sets.end(), used_label_sets_.begin(), used_label_sets_.begin(),
                       std::logical_or{});
    });
}

/// Cuts the samples that count into a share for each thread, always the same ones.
template <typename Work>
void Canonicalizer::for_each_share(const Work& work) {
    const std::size_t shares = leaf_uses_.size();
    parallel_for(threads_, shares, [&](std::size_t share) {
        const std::size_t chunks = store_.chunk_count();
        work(share, [&](const auto& visit) {
            for (std::size_t chunk = chunks * share / shares; chunk < chunks * (share + 1) / shares; ++chunk) {
                store_.for_each_in(chunk, [&](SampleId sample) {
                    if (counts(sample)) visit(sample);
                });
            }
        });
    });
}

void Canonicalizer::mark_used() {
    used_strings_.resize(tables_.strings.size());
    used_functions_.resize(tables_.functions.size());
    count_uses();
    for (std::uint32_t i = 0; i < tables_.locations.size(); ++i) {
        if (location_uses_[i] == 0) continue;
        for (const Line& line : tables_.lines_of(tables_.locations[i])) mark_function(line.function);
    }
    for (std::uint32_t i = 0; i < tables_.label_sets.size(); ++i) {
        if (!used_label_sets_[i]) continue;
        for (const Label& label : tables_.labels_of({i})) {
            use(label.key);
            use(label.str);
            use(label.num_unit);
        }
    }
    for (const MergedMapping& mapping : tables_.mappings) {
        use(mapping.filename);
        use(mapping.build_id);
    }
}

void Canonicalizer::mark_function(FunctionId function) {
    if (function == kNone<FunctionId> || used_functions_[function.value]) return;
    used_functions_[function.value] = true;
    use(tables_.functions[function.value].name);
    use(tables_.functions[function.value].system_name);
    use(tables_.functions[function.value].filename);
}

/// Sorted bytewise. The header's are not in the tables: they come in here.
void Canonicalizer::write_strings() {
    const auto use_text = [&](std::string_view text) {
        const StringId id = tables_.strings.intern(text);
        if (id.value >= used_strings_.size()) used_strings_.resize(id.value + 1);
        use(id);
    };
    const Header& header = folded_.header;
    for (const Column& column : folded_.columns) {
        use_text(column.type);
        use_text(column.unit);
    }
    for (const std::string& comment : header.comments) use_text(comment);
    use_text(format_input_summary(*header.summary));
    for (const std::string* text : {&header.period_type, &header.period_unit, &header.default_sample_type,
                                    &header.doc_url, &header.drop_frames, &header.keep_frames}) {
        use_text(*text);
    }

    used_strings_[0] = true;
    const auto order = sorted_positions(
        tables_.strings.size(), [&](std::uint32_t i) { return used_strings_[i]; },
        [&](std::uint32_t a, std::uint32_t b) { return tables_.strings[StringId{a}] < tables_.strings[StringId{b}]; });
    for (const std::uint32_t i : order) out_.strings.intern(tables_.strings[StringId{i}]);
    strings_ = renumber<StringId>(tables_.strings.size(), order);
}

/// samples/count and cpu/nanoseconds, which the Go compiler looks for, come first; then by name.
std::vector<std::uint32_t> Canonicalizer::ordered_columns() const {
    const auto key = [&](std::uint32_t i) {
        const Column& column = folded_.columns[i];
        const std::string name = type_and_unit(column);
        const int rank = name == "samples/count" ? 0 : name == "cpu/nanoseconds" ? 1 : 2;
        return std::tuple<int, std::string_view, std::string_view>(rank, column.type, column.unit);
    };
    return sorted_positions(
        folded_.columns.size(), [](std::uint32_t) { return true; },
        [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
}

void Canonicalizer::write_header() {
    const Header& header = folded_.header;
    const auto text = [&](std::string_view string) { return out_.strings.intern(string); };
    for (const std::uint32_t i : ordered_columns()) {
        out_.sample_types.push_back({.type = text(folded_.columns[i].type), .unit = text(folded_.columns[i].unit)});
    }
    if (!header.period_type.empty() || !header.period_unit.empty()) {
        out_.period_type = ValueType{.type = text(header.period_type), .unit = text(header.period_unit)};
    }
    out_.period = header.period;
    out_.time_nanos = header.time_nanos;
    out_.duration_nanos = header.duration_nanos;
    out_.default_sample_type = text(header.default_sample_type);
    out_.doc_url = text(header.doc_url);
    out_.drop_frames = text(header.drop_frames);
    out_.keep_frames = text(header.keep_frames);
    for (const std::string& comment : header.comments) out_.comments.push_back(text(comment));
    out_.comments.push_back(text(format_input_summary(*header.summary)));
    std::ranges::sort(out_.comments);
}

void Canonicalizer::write_functions() {
    for (Function& function : tables_.functions) {
        function.name = renumbered(function.name);
        function.system_name = renumbered(function.system_name);
        function.filename = renumbered(function.filename);
    }
    const auto key = [&](std::uint32_t i) {
        const Function& function = tables_.functions[i];
        return std::tie(function.name, function.system_name, function.filename, function.start_line);
    };
    const auto order = sorted_positions(
        tables_.functions.size(), [&](std::uint32_t i) { return used_functions_[i]; },
        [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
    out_.functions.reserve(order.size());
    for (const std::uint32_t i : order) out_.functions.push_back(tables_.functions[i]);
    functions_ = renumber<FunctionId>(tables_.functions.size(), order);
}

/// The main binary first, the others by key.
void Canonicalizer::write_mappings() {
    const auto less = [&](std::uint32_t a, std::uint32_t b) {
        const std::uint32_t main = folded_.main ? folded_.main->value : 0;
        if (a == main || b == main) return a == main && b != main;
        return tables_.less(tables_.mappings[a].key, tables_.mappings[b].key);
    };
    const auto order = sorted_positions(tables_.mappings.size(), [](std::uint32_t) { return true; }, less);
    for (const std::uint32_t i : order) {
        const MergedMapping& mapping = tables_.mappings[i];
        out_.mappings.push_back({
            .memory_start = mapping.start,
            .memory_limit = mapping.start + mapping.size,
            .file_offset = mapping.key.file_offset,
            .filename = renumbered(mapping.filename),
            .build_id = renumbered(mapping.build_id),
            .has_functions = mapping.has_functions,
            .has_filenames = mapping.has_filenames,
            .has_line_numbers = mapping.has_line_numbers,
            .has_inline_frames = mapping.has_inline_frames,
        });
    }
    mappings_ = renumber<MappingId>(tables_.mappings.size(), order);
}

/// By address within each mapping; then, as one address can have several meanings, by lines.
void Canonicalizer::write_locations() {
    for (Line& line : tables_.lines) {
        if (line.function != kNone<FunctionId>) line.function = functions_[line.function.value];
    }
    for (Location& location : tables_.locations) {
        if (location.mapping != kNone<MappingId>) location.mapping = mappings_[location.mapping.value];
    }
    const auto less = [&](std::uint32_t a, std::uint32_t b) {
        const Location& first = tables_.locations[a];
        const Location& second = tables_.locations[b];
        const auto key = [](const Location& l) { return std::tie(l.mapping, l.address, l.is_folded); };
        if (key(first) != key(second)) return key(first) < key(second);
        return std::ranges::lexicographical_compare(
            tables_.lines_of(first), tables_.lines_of(second), [](const Line& x, const Line& y) {
                return std::tie(x.function, x.line, x.column) < std::tie(y.function, y.line, y.column);
            });
    };
    auto order =
        sorted_positions(tables_.locations.size(), [&](std::uint32_t i) { return location_uses_[i] != 0; }, less);
    put_most_used_first(order);
    out_.locations.reserve(order.size());
    out_.lines.reserve(tables_.lines.size());
    for (const std::uint32_t i : order) {
        Location location = tables_.locations[i];
        const auto lines = tables_.lines_of(location);
        if (location.mapping != kNone<MappingId>)
            location.address += out_.mappings[location.mapping.value].memory_start;
        location.lines_begin = static_cast<std::uint32_t>(out_.lines.size());
        out_.lines.insert(out_.lines.end(), lines.begin(), lines.end());
        out_.locations.push_back(location);
    }
    locations_ = renumber<LocationId>(tables_.locations.size(), order);
}

/// The ids up to 127 take one byte in a stack, those up to 16,383 two: the locations that stand in most places get
/// them.
void Canonicalizer::put_most_used_first(std::vector<std::uint32_t>& order) const {
    for (const std::size_t short_ids : {std::size_t{16'383}, std::size_t{127}}) {
        if (order.size() <= short_ids) continue;
        std::vector<std::uint32_t> places(order.size());
        std::iota(places.begin(), places.end(), 0);
        const auto most = places.begin() + static_cast<std::ptrdiff_t>(short_ids);
        const auto uses = [&](std::uint32_t place) { return location_uses_[order[place]]; };
        std::ranges::nth_element(places, most, [&](std::uint32_t a, std::uint32_t b) {
            return uses(a) != uses(b) ? uses(a) > uses(b) : a < b;
        });
        std::vector<bool> most_used(location_uses_.size());
        std::for_each(places.begin(), most, [&](std::uint32_t place) { most_used[order[place]] = true; });
        std::ranges::stable_partition(order, [&](std::uint32_t i) { return most_used[i]; });
    }
}

void Canonicalizer::renumber_label_sets() {
    for (Label& label : tables_.labels) {
        label.key = renumbered(label.key);
        label.str = renumbered(label.str);
        label.num_unit = renumbered(label.num_unit);
    }
    const auto less = [&](std::uint32_t a, std::uint32_t b) {
        return std::ranges::lexicographical_compare(
            tables_.labels_of({a}), tables_.labels_of({b}), [](const Label& x, const Label& y) {
                return std::tie(x.key, x.str, x.num, x.num_unit) < std::tie(y.key, y.str, y.num, y.num_unit);
            });
    };
    const auto order =
        sorted_positions(tables_.label_sets.size(), [&](std::uint32_t i) { return used_label_sets_[i]; }, less);
    label_sets_ = renumber<LabelSetId>(tables_.label_sets.size(), order);
}

void Canonicalizer::order_samples() {
    SampleSorter sorter(renumbered_leaves());
    for_each_share([&](std::size_t share, const auto& visit_all) {
        visit_all([&](SampleId sample) {
            store_.renumber(sample, locations_);
            const auto stack = std::as_const(store_).stack(sample);
            const StackPacking::Word first = stack.empty() ? 0 : stack.front();
            sorter.put(share, {first, sample}, store_.packing().leaf_rank(first));
        });
    });
    const SortEntries sorted = std::move(sorter).sorted(store_, label_sets_, threads_);
    samples_.resize(sorted.size());
    std::ranges::transform(sorted, samples_.begin(), &SortEntry::sample);
}

/// `leaf_uses_` by new ids.
std::vector<std::vector<std::size_t>> Canonicalizer::renumbered_leaves() const {
    std::vector<std::vector<std::size_t>> leaves(leaf_uses_.size(), std::vector<std::size_t>(locations_.size() + 1));
    for (std::size_t share = 0; share < leaves.size(); ++share) {
        leaves[share][0] = leaf_uses_[share][0];
        for (std::size_t i = 0; i < locations_.size(); ++i) {
            if (location_uses_[i] != 0) leaves[share][locations_[i].value + 1] = leaf_uses_[share][i + 1];
        }
    }
    return leaves;
}

StreamedProfile Canonicalizer::stream() {
    std::vector<std::uint32_t> slots;
    for (const std::uint32_t i : ordered_columns()) slots.push_back(folded_.columns[i].slot);
    const std::size_t count = samples_.size();
    auto kept = std::make_shared<const KeptSamples>(std::move(samples_), std::move(slots), std::move(store_),
                                                    std::move(tables_));
    return {.head = std::move(out_), .sample_count = count, .visit_samples = [kept](const VisitSample& visit) {
                kept->visit(visit);
            }};
}

}  // namespace

StreamedProfile canonical_profile(Folded&& folded, unsigned threads) {
    return Canonicalizer(std::move(folded), threads).run();
}

}  // namespace pgoprof::merging
