#include "pgoprof/transform/mixture.h"

#include <fmt/format.h>

#include <algorithm>

namespace pgoprof {
namespace {

using Texts = std::set<std::string, std::less<>>;

/// The text at `index` of the string table, unless it is empty.
void add_text(Texts& texts, const RawProfile& raw, std::int64_t index) {
    const std::string_view text = raw.string(index);
    if (!text.empty() && !texts.contains(text)) texts.emplace(text);
}

/// "a, b, c and 7 more"
std::string list(const Texts& texts) {
    constexpr std::size_t kShown = 3;
    std::string line;
    std::size_t shown = 0;
    for (const std::string& text : texts) {
        if (shown == kShown) return line + fmt::format(" and {} more", texts.size() - kShown);
        line += (shown++ == 0 ? "" : ", ") + text;
    }
    return line;
}

}  // namespace

void Mixture::add(const RawProfile& raw) {
    add_text(header_["default_sample_type"], raw, raw.default_sample_type);
    add_text(header_["doc_url"], raw, raw.doc_url);
    add_text(header_["drop_frames"], raw, raw.drop_frames);
    add_text(header_["keep_frames"], raw, raw.keep_frames);
    for (const RawValueType& type : raw.sample_types) {
        const std::string_view name = raw.string(type.type);
        auto units = units_.find(name);
        if (units == units_.end()) units = units_.emplace(name, Texts()).first;
        add_text(units->second, raw, type.unit);
    }
    if (!raw.mappings.empty()) {
        const RawMapping& main = raw.mappings.front();
        add_text(builds_, raw, main.build_id == 0 ? main.filename : main.build_id);
    }
    if (kept_labels_) add_labels(raw);
}

void Mixture::add_labels(const RawProfile& raw) {
    std::int64_t last = -1;
    for (const RawLabel& label : raw.labels) {
        if (label.key == last) continue;  // one key often follows itself
        last = label.key;
        const std::string_view key = raw.string(label.key);
        if (std::ranges::find(*kept_labels_, key) == kept_labels_->end() && !dropped_labels_.contains(key)) {
            dropped_labels_.emplace(key);
        }
    }
}

std::vector<std::string> Mixture::notes() const {
    std::vector<std::string> notes;
    for (const auto& [field, texts] : header_) {
        if (texts.size() < 2) continue;
        notes.push_back(fmt::format("{} differs between the inputs: {} stays, {} others are left out", field,
                                    *texts.begin(), texts.size() - 1));
    }
    for (const auto& [type, units] : units_) {
        if (units.size() < 2) continue;
        notes.push_back(fmt::format("sample type {} comes in {}: converted to the finest", type, list(units)));
    }
    if (builds_.size() > 1) {
        notes.push_back(fmt::format("the inputs come from {} builds, whose addresses stay apart: {}", builds_.size(),
                                    list(builds_)));
    }
    return notes;
}

}  // namespace pgoprof
