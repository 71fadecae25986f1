#include "pgoprof/model/profile.h"

namespace pgoprof {

void Profile::add_sample(std::span<const LocationId> stack, std::span<const std::int64_t> values,
                         std::span<const Label> labels) {
    stacks_.insert(stacks_.end(), stack.begin(), stack.end());
    values_.insert(values_.end(), values.begin(), values.end());
    labels_.insert(labels_.end(), labels.begin(), labels.end());
    sample_begins_.push_back({stacks_.size(), labels_.size()});
}

void Profile::reserve_samples(std::size_t samples, std::size_t frames, std::size_t labels) {
    sample_begins_.reserve(samples + 1);
    stacks_.reserve(frames);
    values_.reserve(samples * sample_types.size());
    labels_.reserve(labels);
}

}  // namespace pgoprof
