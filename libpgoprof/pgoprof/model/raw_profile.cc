#include "pgoprof/model/raw_profile.h"

#include <algorithm>

namespace pgoprof {

void RawProfile::clear() {
    sample_types.clear();
    mappings.clear();
    locations.clear();
    lines.clear();
    functions.clear();
    strings.clear();
    drop_frames = keep_frames = time_nanos = duration_nanos = period = default_sample_type = doc_url = 0;
    period_type.reset();
    comments.clear();
    sample_total = 0;
    batch_begins.clear();
    clear_samples();
}

void RawSamples::clear_samples() {
    sample_begins.clear();
    stacks.clear();
    values.clear();
    labels.clear();
}

template <typename Record>
void WireIndex<Record>::build(std::span<const Record> records) {
    size_ = records.size();
    sorted_.clear();
    std::uint64_t next = 0;
    dense_ = std::ranges::all_of(records, [&](const Record& record) { return record.id == ++next; });
    if (dense_) return;
    sorted_.reserve(records.size());
    for (std::uint32_t i = 0; i < records.size(); ++i) sorted_.push_back({records[i].id, i});
    std::ranges::sort(sorted_);
}

template <typename Record>
std::optional<std::uint32_t> WireIndex<Record>::find_sparse(std::uint64_t id) const {
    const auto found = std::ranges::lower_bound(sorted_, Entry{id, 0});
    if (found == sorted_.end() || found->id != id) return std::nullopt;
    return found->position;
}

template class WireIndex<RawMapping>;
template class WireIndex<RawLocation>;
template class WireIndex<RawFunction>;

}  // namespace pgoprof
