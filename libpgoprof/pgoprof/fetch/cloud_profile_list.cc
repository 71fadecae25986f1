#include "pgoprof/fetch/cloud_profile_list.h"

#include <algorithm>
#include <functional>

#include "pgoprof/base/base64.h"
#include "pgoprof/base/json_document.h"
#include "pgoprof/base/text.h"

namespace pgoprof {
namespace {

bool has_label(JsonValue profile, const std::pair<std::string, std::string>& label) {
    const auto& [name, value] = label;
    return profile["deployment"]["labels"][name].string() == value || profile["labels"][name].string() == value;
}

}  // namespace

Result<std::string> CloudProfileList::add(const HttpResponse& response) {
    JsonDocument document;
    Budget budget(limits_.decode_budget(response.body.size()));
    if (const auto parsed = document.parse(response.body.view(), budget); !parsed) return fail(parsed.error());
    const JsonValue root = document.root();
    if (!root.is_object()) return fail({.message = "the answer is no list of profiles"});
    for (const JsonValue profile : root["profiles"]) {
        if (profile["profileType"].string() != "CPU") continue;
        if (profile["deployment"]["target"].string() != filter_.target) continue;
        ++of_target_;
        if (!std::ranges::all_of(filter_.labels, [&](const auto& label) { return has_label(profile, label); }))
            continue;
        const auto time = parse_rfc3339(profile["startTime"].string().value_or(""));
        const auto bytes = profile["profileBytes"].string();
        if (!time || !bytes) return fail({.message = "a profile in the list has no time, or no content"});
        if (*time < filter_.from || *time > filter_.to) continue;
        if (const auto kept = keep(*time, *bytes); !kept) return fail(kept.error());
    }
    return std::string(root["nextPageToken"].string().value_or(""));
}

Result<> CloudProfileList::keep(Instant time, std::string_view encoded) {
    const auto place = std::ranges::upper_bound(kept_, time, std::greater<>(), &Kept::time);
    if (kept_.size() == filter_.most && place == kept_.end()) return {};
    auto bytes = decode_base64(encoded);
    if (!bytes) return fail({.message = "a profile in the list is not base64"});
    kept_bytes_ += bytes->size();
    kept_.insert(place, Kept{time, *std::move(bytes)});
    if (kept_.size() > filter_.most) {
        kept_bytes_ -= kept_.back().bytes.size();
        kept_.pop_back();
    }
    if (kept_bytes_ <= limits_.input_bytes) return {};
    return fail(ErrorCode::limit_exceeded, "the profiles are larger than " + format_bytes(limits_.input_bytes),
                "take fewer of them (--profiles), or allow more with --max-input-size");
}

std::vector<ProfileBody> CloudProfileList::take() {
    std::vector<ProfileBody> bodies;
    bodies.reserve(kept_.size());
    for (Kept& kept : kept_) bodies.push_back({.bytes = std::move(kept.bytes)});
    kept_.clear();
    kept_bytes_ = 0;
    return bodies;
}

}  // namespace pgoprof
